import ImageArchive
import OCI
import SystemIO
import TestSupport
import Testing

/// Archives of unpacked layers that resume an earlier run.
@Suite(.timeLimit(.minutes(5))) struct LayerResumptionTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static let contents = [
        sampleBytes(1_600_000, seed: 1), [UInt8](repeating: 0, count: 300_000), [], sampleBytes(513, seed: 2),
        sampleBytes(1_200_000, seed: 3), sampleBytes(700_000, seed: 4),
    ]
    private static let digests = contents.map { ContentHash.digest(of: $0) }

    /// - Parameter positions: of the layers among the contents.
    private func layout(of positions: [Int]) -> SampleLayout {
        SampleLayout(layers: positions.map { Self.digests[$0] }, isSettled: false, late: 700, spare: 9000)
    }

    /// Writes an archive, taking over what is there.
    ///
    /// - Parameter count: the number of layers that are written before the run ends; `nil` for all of them.
    /// - Returns: the positions of the layers that were taken over.
    @discardableResult
    private func write(_ layout: SampleLayout, _ wrapping: OuterCompression, upTo count: Int? = nil) throws -> [Int] {
        let output = try ArchiveOutput(path: directory.path("archive"), continues: true)
        let writer = try GraphDriverArchiveWriter(
            layout,
            wrapping: wrapping,
            to: output,
            temporaryDirectory: directory.path
        )
        for diffID in writer.layers {
            if let proof = try writer.proof(of: diffID) { writer.keep(proof) }
        }
        var taken: [Int] = []
        for diffID in writer.layers.prefix(count ?? .max) {
            let position = try #require(Self.digests.firstIndex(of: diffID))
            guard try !writer.takeOverLayer() else {
                taken.append(position)
                continue
            }
            let layer = try writer.beginLayer()
            try Self.contents[position].withUnsafeBytes(layer.append)
            try layer.finish()
        }
        guard count == nil else {
            output.discard()
            return taken
        }
        try writer.finish(as: layout)
        try output.commit()
        return taken
    }

    private func undisturbed(_ layout: SampleLayout, _ wrapping: OuterCompression) throws -> [UInt8] {
        try write(layout, wrapping)
        let bytes = try directory.bytes("archive")
        try directory.shell("rm archive")
        return bytes
    }

    struct Change: Sendable {
        let before: [Int]
        let after: [Int]
        let taken: [Int]
        let reason: String
    }

    static let changes = [
        Change(before: [0, 1, 2, 3, 4, 5], after: [0, 1, 2, 3, 4, 5], taken: [0, 1, 2, 3, 4], reason: "the same"),
        Change(before: [0, 3, 4, 5], after: [3, 4], taken: [3, 4], reason: "a layer less in front: all move up"),
        Change(before: [3, 5, 4, 1], after: [0, 3, 5, 4], taken: [3, 5, 4], reason: "a large layer comes in front"),
        Change(before: [0, 1, 5, 2], after: [0, 4, 1, 5], taken: [0, 1, 5], reason: "a layer comes in between"),
        Change(before: [5, 4, 0, 1], after: [0, 5, 1, 4], taken: [0, 5, 1, 4], reason: "another order"),
        Change(before: [1, 2, 3, 4], after: [0, 5], taken: [], reason: "nothing in common"),
    ]

    @Test(arguments: changes, [OuterCompression.gzip(level: 6), .none])
    func theArchiveIsThatOfAnUndisturbedRun(change: Change, wrapping: OuterCompression) throws {
        let layout = layout(of: change.after)
        let expected = try undisturbed(layout, wrapping)
        try write(self.layout(of: change.before), wrapping, upTo: min(change.before.count, 5))
        #expect(try directory.names() == ["archive.unfinished", "archive.unfinished.journal"])
        #expect(try write(layout, wrapping) == change.taken, "\(change.reason)")
        let isSame = try directory.bytes("archive") == expected
        #expect(isSame, "\(change.reason)")
        #expect(try directory.names() == ["archive"])
    }

    @Test("a run that ends while the layers are moved to where they belong at last", arguments: [0, 1, 2, 3, 4, 5])
    func aRunThatEndsAtTheEnd(moves: Int) throws {
        // No space is reserved for late entries, so all layers move.
        let layout = SampleLayout(layers: Self.digests, isSettled: false, late: 5000)
        let expected = try undisturbed(layout, .gzip(level: 6))
        try write(layout, .gzip(level: 6), upTo: 6)
        let journal = try directory.text("archive.unfinished.journal")
        try finishWithoutCommit(layout)
        // The lines after the first `moves` of those moves have not reached the disk.
        let lines = try directory.text("archive.unfinished.journal").split(separator: "\n")
        let kept = lines.prefix(journal.split(separator: "\n").count + Self.digests.count + moves)
        try directory.write(kept.map { $0 + "\n" }.joined(), to: "archive.unfinished.journal")
        let taken = try write(layout, .gzip(level: 6))
        // A layer that has moved without a line is not found, unless it is not longer than its move.
        #expect(taken.count >= moves, "\(taken)")
        let isSame = try directory.bytes("archive") == expected
        #expect(isSame)
    }

    private func finishWithoutCommit(_ layout: SampleLayout) throws {
        let output = try ArchiveOutput(path: directory.path("archive"), continues: true)
        let writer = try GraphDriverArchiveWriter(
            layout,
            wrapping: .gzip(level: 6),
            to: output,
            temporaryDirectory: directory.path
        )
        for diffID in writer.layers {
            writer.keep(try #require(try writer.proof(of: diffID)))
            let isTaken = try writer.takeOverLayer()
            #expect(isTaken)
        }
        try writer.finish(as: layout)
        output.discard()
    }

    struct Damage: Sendable {
        let reason: String
        /// Of the file, the offset and the length of the large layer's place.
        let file: @Sendable ([UInt8], Int, Int) -> [UInt8]
        var line: @Sendable (String) -> String = { $0 }
    }

    static let damages = [
        Damage(reason: "a flipped byte") { bytes, offset, _ in
            var bytes = bytes
            bytes[offset + 500_000] ^= 1
            return bytes
        },
        Damage(reason: "a flipped byte of the padding's block") { bytes, offset, length in
            var bytes = bytes
            bytes[offset + length - 12] ^= 1
            return bytes
        },
        Damage(reason: "a file that is cut off") { bytes, offset, length in Array(bytes.prefix(offset + length - 1)) },
        Damage(reason: "a place that is a byte too short") { bytes, _, _ in
            bytes
        } line: { line in
            let words = line.split(separator: " ")
            return (words.dropLast() + ["\((Int(words.last ?? "") ?? 0) - 1)"]).joined(separator: " ")
        },
        Damage(reason: "a place that is longer than any file") { bytes, _, _ in
            bytes
        } line: { line in
            (line.split(separator: " ").dropLast() + ["\(Int64.max)"]).joined(separator: " ")
        },
        Damage(reason: "another size") { bytes, _, _ in
            bytes
        } line: { line in
            let words = line.split(separator: " ")
            return "\(words[0]) \(words[1]) 1599999 1599999 \(words[4])"
        },
        Damage(reason: "a part of it") { bytes, _, _ in
            bytes
        } line: { line in
            let words = line.split(separator: " ")
            return "\(words[0]) \(words[1]) \(words[2]) 1000 \(words[4])"
        },
    ]

    @Test(arguments: damages, [OuterCompression.gzip(level: 6), .none])
    func unverifiedLayersAreWrittenAgain(damage: Damage, wrapping: OuterCompression) throws {
        let layout = layout(of: [4, 0])
        let expected = try undisturbed(layout, wrapping)
        try write(layout, wrapping, upTo: 2)
        var lines = try directory.text("archive.unfinished.journal").split(separator: "\n").map(String.init)
        let last = lines.removeLast()
        let words = last.split(separator: " ")
        #expect(words[0] == "\(Self.digests[0])")
        let bytes = try directory.bytes("archive.unfinished")
        try directory.write(
            damage.file(bytes, try #require(Int(words[1])), try #require(Int(words[4]))),
            to: "archive.unfinished"
        )
        lines.append(damage.line(last))
        try directory.write(lines.map { $0 + "\n" }.joined(), to: "archive.unfinished.journal")
        #expect(try write(layout, wrapping) == [4], "\(damage.reason)")
        let isSame = try directory.bytes("archive") == expected
        #expect(isSame, "\(damage.reason)")
    }

    @Test func layersOfAnotherCompressionAreNotReused() throws {
        let layout = layout(of: [0, 4])
        for (before, after) in [
            (OuterCompression.none, OuterCompression.gzip(level: 6)), (.gzip(level: 6), .none),
            (.gzip(level: 6), .gzip(level: 1)),
        ] {
            let expected = try undisturbed(layout, after)
            try write(layout, before, upTo: 2)
            #expect(try write(layout, after) == [])
            let isSame = try directory.bytes("archive") == expected
            #expect(isSame)
            try directory.shell("rm archive")
        }
    }
}
