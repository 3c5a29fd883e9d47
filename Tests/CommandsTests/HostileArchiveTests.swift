import CommandLine
import OCI
import SystemIO
import Tar
import TestSupport
import Testing

/// Malicious and corrupt archives: corrupt images are reported and not pushed, sound images are pushed, and no files remain.
@Suite(.timeLimit(.minutes(5))) struct HostileArchiveTests {
    private let bench: Bench
    private let registry: FakeRegistry
    private let temporary: TemporaryDirectory

    init() throws {
        bench = try Bench()
        registry = try FakeRegistry()
        temporary = try TemporaryDirectory()
    }

    static func sound() throws -> SyntheticImage { try SyntheticImage("a.b/sound:1", layers: ["base", "sound"]) }

    static func damaged() throws -> SyntheticImage {
        try SyntheticImage("a.b/damaged:1", layers: ["base", "damaged"])
    }

    /// Loads the file `archive` with a list of the sound and the damaged image.
    private func load() async throws -> Bench.Outcome {
        let before = try bench.directory.names()
        try bench.directory.write("damaged:1\nsound:1\n", to: "list.txt")
        let outcome = try await bench.load(
            bench.path("archive"),
            source: "a.b",
            target: registry.authority,
            environment: ["TMPDIR": temporary.path]
        )
        #expect(try temporary.names().isEmpty)
        #expect(Set(try bench.directory.names()).subtracting(before).subtracting(["list.txt"]).isEmpty)
        return outcome
    }

    // MARK: One image of two

    @Test(arguments: damages, ["cat", "gzip"])
    func theSoundImageIsPushed(damage: Damage, packing: String) async throws {
        let images = [try Self.damaged(), try Self.sound()]
        var tar = SyntheticImage.archive(images)
        try damage.make(&tar, images[0])
        try bench.directory.write(try tar.bytes(), to: "tar")
        try bench.directory.shell("\(packing) <tar >archive")
        let outcome = try await load()
        let words = damage.words.replacing("LAYER", with: images[0].layerNames[1])
            .replacing("CONFIG", with: images[0].configurationName)
            .split(separator: "DEEP")
        let lines = outcome.errors.split(separator: "\n").filter { $0.contains("damaged:1: ") }
        #expect(lines.count == 1, "\(outcome.errors)")
        for words in words { #expect(lines.first?.contains(words) == true, "\(lines)") }
        #expect(outcome.status == 0)
        #expect(registry.repositories == ["rancher/sound"])
        #expect(registry.manifest("rancher/sound", "1") != nil)
    }

    @Test(arguments: originals, ["cat", "gzip"])
    func theSoundOriginalIsPushed(damage: Damage, packing: String) async throws {
        let images = [try Self.damaged(), try Self.sound()]
        var tar = SyntheticImage.layout(images)
        try damage.make(&tar, images[0])
        try bench.directory.write(try tar.bytes(), to: "tar")
        try bench.directory.shell("\(packing) <tar >archive")
        let outcome = try await load()
        let lines = outcome.errors.split(separator: "\n").filter { $0.contains("damaged:1: ") }
        #expect(lines.count == 1 && lines[0].contains(damage.words), "\(outcome.errors)")
        #expect(outcome.status == 0)
        #expect(registry.manifest("rancher/damaged", "1") == nil)
        #expect(registry.manifest("rancher/sound", "1")?.bytes == images[1].manifest)
    }

    // MARK: The complete archive

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: String
        let make: @Sendable (inout SyntheticTar) throws -> Void

        init(_ reason: String, _ words: String, make: @escaping @Sendable (inout SyntheticTar) throws -> Void) {
            testDescription = reason
            self.words = words
            self.make = make
        }
    }

    static let refusals: [Refusal] = [
        Refusal("two entries of one name", "it has two entries called manifest.json") { tar in
            tar.entries.append(SyntheticTar.Entry("manifest.json", "[]"))
        },
        Refusal("two entries of one name, written differently", "it has two entries called manifest.json") { tar in
            tar.entries.append(SyntheticTar.Entry("./x/..//manifest.json", "[]"))
        },
        Refusal("a link beside the entry of its name", "it has two entries called manifest.json") { tar in
            tar.entries.append(SyntheticTar.Entry("/manifest.json", linkingTo: "other"))
        },
        Refusal("an entry larger than the file", "it is cut off") { tar in
            tar.entries[tar.entries.count - 1].header.size = 1 << 40
        },
        Refusal("an entry larger than all files", "it is cut off") { tar in
            tar.entries[tar.entries.count - 1].header.size = .max - 100_000
        },
        Refusal("an entry that ends beyond all offsets", "its size is beyond all limits") { tar in
            tar.entries[tar.entries.count - 1].header.size = .max
        },
        Refusal("an entry smaller than it is", "its checksum is wrong") { tar in
            tar.entries[0].header.size = 512
        },
        Refusal("a manifest.json that is nested a million deep", "its manifest.json cannot be used") { tar in
            tar["manifest.json"] = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        },
        Refusal("an index.json that is nested a million deep", "its index.json cannot be used") { tar in
            tar["index.json"] = Array(String(repeating: #"{"manifests":"#, count: 1_000_000).utf8)
        },
        Refusal("a manifest.json that is too large", "its manifest.json has 20971521 bytes, more than it may have") {
            tar in
            tar["manifest.json"] = [UInt8](repeating: UInt8(ascii: " "), count: 20 << 20 | 1)
        },
        Refusal("a manifest.json that is null", "manifest cannot be null (but can be [])") { tar in
            tar["manifest.json"] = Array("null".utf8)
        },
        Refusal("a manifest.json that is a link to a file of this machine", "it has no manifest.json") { tar in
            tar.replace(with: SyntheticTar.Entry("manifest.json", linkingTo: outside))
        },
        Refusal("a name that is none", #"its manifest.json cannot be used: invalid tag "a.b/x""#) { tar in
            tar["manifest.json"] = Array(#"[{"Config":"x","RepoTags":["a.b/x"],"Layers":[]}]"#.utf8)
        },
    ]

    @Test(arguments: refusals, ["cat", "gzip"])
    func nothingIsPushed(refusal: Refusal, packing: String) async throws {
        var tar = SyntheticImage.archive([try Self.damaged(), try Self.sound()])
        try refusal.make(&tar)
        try bench.directory.write(try tar.bytes(), to: "tar")
        try bench.directory.shell("\(packing) <tar >archive")
        let outcome = try await load()
        let line = outcome.errors.split(separator: "\n").first { $0.contains(refusal.words) }
        #expect(
            line?.hasPrefix("\(bench.path("archive")): ") == true
                || line?.contains(": \(bench.path("archive")): ") == true,
            "\(outcome.errors)"
        )
        #expect(outcome.status == 1)
        #expect(registry.repositories.isEmpty)
        #expect(registry.requests.allSatisfy { $0.method != "PUT" })
    }

    @Test func entriesOutsideAreNotWritten() async throws {
        var tar = SyntheticImage.archive([try Self.sound()])
        let name = "rancher-images-hostile-\(bench.directory.path.suffix(6))"
        tar.entries += [
            "/tmp/\(name)", "../\(name)", "../../../../tmp/\(name)", "x/../../\(name)", "\(temporary.path)/\(name)",
        ]
        .map { SyntheticTar.Entry($0, "hostile") }
        tar.entries.append(SyntheticTar.Entry("out", linkingTo: "/tmp"))
        tar.entries.append(SyntheticTar.Entry("out/\(name)", "hostile"))
        try bench.directory.write(try tar.bytes(), to: "tar")
        try bench.directory.shell("gzip <tar >archive")
        _ = try await load()
        #expect(registry.manifest("rancher/sound", "1") != nil)
        #expect(try bench.directory.shell("find /tmp -name '\(name)' 2>errors || true").isEmpty)
    }
}
