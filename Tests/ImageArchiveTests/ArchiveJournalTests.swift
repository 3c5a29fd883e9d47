import OCI
import SystemIO
import TestSupport
import Testing

@testable import ImageArchive

/// Damaged journals, and archives that do not match their journals.
@Suite(.timeLimit(.minutes(2))) struct ArchiveJournalTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func digest(_ number: Int) -> Digest { ContentHash.digest(of: Array("\(number)".utf8)) }

    private func begin(_ lines: [String]) throws -> (output: ArchiveOutput, journal: ArchiveJournal) {
        try directory.write(
            (["rancher-images journal 1 gzip"] + lines).map { $0 + "\n" }.joined(),
            to: "a.unfinished.journal"
        )
        let output = try ArchiveOutput(path: directory.path("a"), continues: true)
        return (output, try #require(try output.beginJournal(of: .storedMembers)))
    }

    @Test(arguments: [1, 20, 20_000])
    func sumsOfItsNumbersAreNumbers(count: Int) throws {
        let largest = 1 << 50
        let (output, journal) = try begin((0..<count).map { "\(digest($0)) 0 \(largest) \(largest)" })
        #expect(journal.places.count == count)
        #expect(journal.written > 0)
        #expect(output.discard() > 0)
    }

    @Test(arguments: ["9223372036854775807", "1125899906842625", "-1", "0x10", "", "99999999999999999999"])
    func otherNumbersArePassedOver(number: String) throws {
        let words = [
            "\(number) 10 10", "0 \(number) 0", "0 10 \(number)", "0 10 10 \(number)", "\(number) \(number) \(number)",
        ]
        let (output, journal) = try begin(words.enumerated().map { "\(digest($0)) \($1)" })
        defer { output.discard() }
        #expect(journal.places.isEmpty || number.isEmpty)
    }

    @Test(arguments: [
        "mkfifo a.unfinished.journal", "ln -s /dev/zero a.unfinished.journal", "mkfifo a.unfinished.journal.next",
    ])
    func whatIsNoFileIsRefused(making: String) throws {
        try directory.shell(making)
        let output = try ArchiveOutput(path: directory.path("a"), continues: true)
        defer { output.discard() }
        #expect(throws: ForeignFileError.self) { try output.beginJournal(of: .storedMembers) }
    }

    @Test func aLinkIsNotFollowed() throws {
        try directory.write("of somebody else", to: "victim")
        try directory.shell("ln -s victim a.unfinished.journal.next")
        let output = try ArchiveOutput(path: directory.path("a"), continues: true)
        #expect(throws: ForeignFileError.self) { try output.beginJournal(of: .storedMembers) }
        output.discard()
        #expect(try directory.text("victim") == "of somebody else")
    }

    /// The power failed, and the journal had reached the disk before the archive.
    @Test func missingBlobsAreNotMoved() throws {
        let (images, store) = try listedSamples()
        let plan = try ArchivePlan(ContainerdLayout(of: images))
        let blobs = plan.blobs.filter { $0.blob != nil }
        let output = try ArchiveOutput(path: directory.path("a"))
        defer { output.discard() }
        // The journal has each blob a little after its place; the file has only the first half.
        for entry in blobs {
            let moved = entry.moved(by: 100_000)
            let writer = try ArchiveEntryWriter(moved, to: output)
            let blob = try #require(entry.blob)
            let bytes = try #require(store.blobs[blob.digest])
            try bytes.withUnsafeBytes(writer.append)
            try writer.finish()
        }
        let middle = blobs[blobs.count / 2]
        try output.resize(to: middle.offset + 100_000 + middle.length / 2)
        let places = Dictionary(
            uniqueKeysWithValues: blobs.compactMap { entry in
                entry.blob.map { blob in
                    (
                        blob.digest,
                        ArchiveJournal.Place(offset: entry.offset + 100_000, size: blob.size, written: blob.size)
                    )
                }
            }
        )
        let missing = try output.relocate(blobs, from: places)
        #expect(missing == Set(blobs[(blobs.count / 2)...].compactMap { $0.blob?.digest }))
        let file = try #require(output.file)
        for entry in blobs[..<(blobs.count / 2)] { #expect(try VerifiedEntry.isIntact(entry, in: file)) }
    }
}
