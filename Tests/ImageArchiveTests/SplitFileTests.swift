import Glibc
import SystemIO
import TestSupport
import Testing

@testable import ImageArchive

/// Files that count as one.
@Suite(.timeLimit(.minutes(2))) struct SplitFileTests {
    private let directory: TemporaryDirectory
    private let bytes = (0..<95).map { UInt8($0) }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Parts of ten bytes, the last of five.
    private func write(to path: String = "a") throws {
        let unfinished = try StagedParts(for: directory.path(path), partSize: 10)
        try unfinished.content.write(bytes, at: 0)
        try unfinished.commit(with: nil, of: directory.path(path))
    }

    private func read(_ file: any RandomAccess, _ range: Range<Int>) throws -> [UInt8] {
        try FileSection(of: file, at: Int64(range.lowerBound), length: Int64(range.count)).readBytes(range.count)
    }

    @Test(arguments: [0..<95, 0..<10, 9..<11, 5..<35, 90..<95, 10..<10, 94..<200])
    func anyStretchIsRead(_ range: Range<Int>) throws {
        try write()
        let file = try #require(SplitFile(of: [directory.path("a")]))
        #expect(try file.size == 95)
        #expect(try read(file, range) == Array(bytes[range.clamped(to: 0..<95)]))
        #expect(try directory.names().count == 10)
    }

    @Test func piecesAreOfTheirFiles() throws {
        try write()
        let file = try #require(SplitFile(of: [directory.path("a")]))
        let pieces = try file.pieces(of: 8..<21).map { "\($0.file.path.suffix(5)) \($0.range)" }
        #expect(pieces == ["a.001 8..<10", "a.002 0..<10", "a.003 0..<1"])
        #expect(file.paths(of: 8..<20).map { $0.suffix(5) } == ["a.001", "a.002"])
    }

    /// Between parts of any sizes, and between those and one file.
    @Test(arguments: [(0..<95, 0), (3..<47, 11), (90..<95, 0)], [3, 10, 1000])
    func stretchesAreCopied(_ copy: (from: Range<Int>, to: Int), partSize: Int) throws {
        try write()
        let source = try #require(SplitFile(of: [directory.path("a")]))
        let target = try StagedParts(for: directory.path("b"), partSize: Int64(partSize))
        defer { target.discard() }
        let from = Int64(copy.from.lowerBound)..<Int64(copy.from.upperBound)
        try target.content.copy(from, of: source, to: Int64(copy.to))
        let end = copy.to + copy.from.count
        #expect(try read(target.content, copy.to..<end) == Array(bytes[copy.from]))
        let complete = try File(directory.path("c"), for: .creating)
        try complete.copy(Int64(copy.to)..<Int64(end), of: target.content, to: 0)
        #expect(try directory.bytes("c") == Array(bytes[copy.from]))
    }

    @Test(arguments: [(0..<30, 25), (25..<60, 3), (40..<50, 40)])
    func stretchesAreMoved(_ move: (from: Range<Int>, to: Int)) throws {
        let file = try StagedParts(for: directory.path("a"), partSize: 10)
        defer { file.discard() }
        try file.content.write(bytes, at: 0)
        try file.content.move(Int64(move.from.lowerBound)..<Int64(move.from.upperBound), to: Int64(move.to))
        #expect(try read(file.content, move.to..<move.to + move.from.count) == Array(bytes[move.from]))
    }

    /// The journal of a killed run may have more than the file.
    @Test func aRangeAfterTheEndIsNotMoved() throws {
        let file = try StagedParts(for: directory.path("a"), partSize: 10)
        defer { file.discard() }
        try file.content.write(bytes, at: 0)
        let error = #expect(throws: FileError.self) { try file.content.move(90..<105, to: 20) }
        #expect(error?.code == ENODATA)
        #expect(try read(file.content, 0..<95) == bytes)
    }

    /// Parts of an archive that had more of them, or was one file, would be taken for the new one's.
    @Test func theOlderArchiveIsRemoved() throws {
        try write()
        try directory.write("complete", to: "a")
        let shorter = try StagedParts(for: directory.path("a"), partSize: 40)
        try shorter.content.write(bytes, at: 0)
        #expect(try directory.names().count == 14)
        try shorter.content.resize(to: 60)
        try shorter.commit(with: nil, of: directory.path("a"))
        #expect(try directory.names() == ["a.001", "a.002"])
        #expect(try directory.bytes("a.002") == Array(bytes[40..<60]))
    }

    @Test func discardedOutputIsRemoved() throws {
        try write()
        let before = try directory.names()
        let unfinished = try StagedParts(for: directory.path("a"), partSize: 40)
        try unfinished.content.write(bytes, at: 0)
        unfinished.discard()
        #expect(try directory.names() == before)
        #expect(try read(try #require(SplitFile(of: [directory.path("a")])), 0..<95) == bytes)
    }

    @Test func anotherRunIsRefused() throws {
        let first = try StagedParts(for: directory.path("a"), partSize: 40)
        defer { first.discard() }
        #expect(throws: StagedFileError.self) { try StagedParts(for: directory.path("a"), partSize: 40) }
    }

    @Test func keptContentIsThereForTheNextRun() throws {
        let first = try StagedParts(for: directory.path("a"), partSize: 10)
        try first.content.write(Array(bytes[40..<60]), at: 40)
        first.leave()
        let second = try StagedParts(for: directory.path("a"), partSize: 10, keepsContent: true)
        #expect(try read(second.content, 40..<60) == Array(bytes[40..<60]))
        second.leave()
        let third = try StagedParts(for: directory.path("a"), partSize: 10)
        defer { third.discard() }
        #expect(try directory.names() == ["a.001.unfinished"])
    }

    @Test func defectsAreReported() throws {
        try write()
        try directory.shell("rm a.003 && truncate -s 4 a.005")
        let file = try #require(SplitFile(of: [directory.path("a")]))
        #expect(file.defects == ["\(directory.path("a.003")) is missing", "\(directory.path("a.005")) is cut off"])
        #expect(file.readable == [0..<20, 30..<44, 50..<95])
        #expect(try read(file, 30..<44) == Array(bytes[30..<44]))
        #expect(throws: FileError.self) { try read(file, 19..<21) }
        #expect(throws: FileError.self) { try read(file, 43..<46) }
    }

    @Test(
        arguments: [
            ("a.001", 1), ("a.999", 999), ("a.000", nil), ("a.1", nil), ("a.0001", nil), ("b.001", nil),
            ("a.001.unfinished", nil),
            ("a.+01", nil),
        ] as [(String, Int?)]
    )
    func namesContainTheNumber(_ name: String, _ number: Int?) {
        #expect(PartName.number(name, of: "a") == number)
        if let number { #expect(PartName.path("a", number) == name) }
    }

    @Test func noPartIsCreatedAfterTheLockIsReleased() throws {
        let first = try StagedParts(for: directory.path("a"), partSize: 10)
        try first.content.write([1], at: 0)
        first.leave()
        #expect(throws: FileError.self) { try first.content.write([2], at: 25) }
        #expect(try directory.names() == ["a.001.unfinished"])
    }
}
