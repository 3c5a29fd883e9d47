import OCI
import Testing

/// The selection of entries of an index.
@Suite(.timeLimit(.minutes(5))) struct PlatformChoiceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        /// The platforms of the entries; `-` for an entry without one.
        let entries: [String]
        let wanted: [String]
        /// The indices of the selected entries.
        let chosen: [Int]

        var testDescription: String { reason }
    }

    static let rows = [
        Row(
            reason: "the one that fits",
            entries: ["linux/arm64", "linux/amd64"],
            wanted: ["linux/amd64"],
            chosen: [1]
        ),
        Row(
            reason: "the plain image before those for newer processors, wherever it stands",
            entries: ["linux/amd64/v3", "linux/amd64/v2", "linux/amd64"],
            wanted: ["linux/amd64"],
            chosen: [2]
        ),
        Row(
            reason: "without a plain one that for the oldest processors",
            entries: ["linux/amd64/v4", "linux/amd64/v3", "linux/amd64/v2"],
            wanted: ["linux/amd64"],
            chosen: [2]
        ),
        Row(
            reason: "v1 is plain",
            entries: ["linux/amd64/v2", "linux/amd64/v1"],
            wanted: ["linux/amd64"],
            chosen: [1]
        ),
        Row(
            reason: "a level that is asked for comes before the plain image",
            entries: ["linux/amd64", "linux/amd64/v4", "linux/amd64/v3", "linux/amd64/v2"],
            wanted: ["linux/amd64/v3"],
            chosen: [2]
        ),
        Row(
            reason: "a level above the one asked for does not run",
            entries: ["linux/amd64/v4"],
            wanted: ["linux/amd64/v3"],
            chosen: []
        ),
        Row(
            reason: "of two equal ones the first",
            entries: ["linux/amd64", "linux/amd64"],
            wanted: ["linux/amd64"],
            chosen: [0]
        ),
        Row(reason: "32 bits as the last resort", entries: ["linux/386"], wanted: ["linux/amd64"], chosen: [0]),
        Row(reason: "arm64 and v8 are one", entries: ["linux/arm64/v8"], wanted: ["linux/arm64"], chosen: [0]),
        Row(
            reason: "an older arm runs on a newer one, the newest first",
            entries: ["linux/arm/v5", "linux/arm/v6", "linux/arm/v8"],
            wanted: ["linux/arm/v7"],
            chosen: [1]
        ),
        Row(
            reason: "another system is none",
            entries: ["windows/amd64", "darwin/amd64"],
            wanted: ["linux/amd64"],
            chosen: []
        ),
        Row(
            reason: "attestations are for no platform",
            entries: ["unknown/unknown", "linux/amd64", "unknown/unknown"],
            wanted: ["linux/amd64"],
            chosen: [1]
        ),
        Row(
            reason: "an entry without a platform may be anything, but comes last",
            entries: ["-", "linux/amd64", "-"],
            wanted: ["linux/amd64"],
            chosen: [1]
        ),
        Row(
            reason: "and is taken where nothing else fits",
            entries: ["linux/arm64", "-", "-"],
            wanted: ["linux/amd64"],
            chosen: [1]
        ),
        Row(
            reason: "several platforms keep the order of the index",
            entries: ["linux/arm64", "windows/amd64", "linux/amd64"],
            wanted: ["linux/amd64", "linux/arm64"],
            chosen: [0, 2]
        ),
        Row(
            reason: "an image for two of them is taken once",
            entries: ["-"],
            wanted: ["linux/amd64", "linux/arm64"],
            chosen: [0]
        ),
        Row(
            reason: "what one of them lacks the others have",
            entries: ["linux/amd64"],
            wanted: ["linux/s390x", "linux/amd64"],
            chosen: [0]
        ),
        Row(reason: "an empty index has nothing", entries: [], wanted: ["linux/amd64"], chosen: []),
    ]

    @Test(arguments: rows)
    func chosen(row: Row) throws {
        let entries = Self.descriptors(row.entries)
        let choice = PlatformChoice.platforms(try row.wanted.map { try #require(Platform($0)) })
        #expect(choice.select(from: entries) == row.chosen.map { entries[$0] })
    }

    @Test func allEntriesAreSelected() {
        let entries = Self.descriptors(["linux/amd64", "unknown/unknown", "-"])
        #expect(PlatformChoice.all.select(from: entries) == entries)
    }

    @Test func includesWindowsOfAnyVersion() {
        var entries = Self.descriptors(["windows/amd64", "windows/amd64"])
        entries[0].platform?.osVersion = "10.0.17763.1"
        let wanted = Platform(os: "windows", architecture: "amd64")
        #expect(PlatformChoice.platforms([wanted]).select(from: entries) == [entries[0]])
    }

    private static func descriptors(_ platforms: [String]) -> [Descriptor] {
        platforms.enumerated()
            .map { index, text in
                Descriptor(
                    mediaType: .ociManifest,
                    digest: Digest(.sha256, bytes: [UInt8](repeating: UInt8(index), count: 32)),
                    size: 1,
                    platform: Platform(text)
                )
            }
    }
}
