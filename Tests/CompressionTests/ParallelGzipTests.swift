import ByteIO
import Compression
import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ParallelGzipTests {
    /// Around the sizes of a block and of the dictionary, where things could go wrong.
    static let counts = [0, 1, 32_767, 131_071, 131_072, 131_073, 262_144, 524_287, 524_288, 524_289, 1_500_000]
    static let framings: [ParallelGzip.Framing] = [.member, .members]

    @Test(arguments: counts, framings)
    func everyToolReadsIt(count: Int, framing: ParallelGzip.Framing) throws {
        let folder = try TemporaryFolder()
        let bytes = sample(count)
        try folder.write(bytes, to: "file")
        try folder.write(try packed(bytes, framing: framing), to: "file.gz")
        try folder.shell("gzip -t file.gz && pigz -t file.gz")
        try folder.shell("gzip -dc file.gz | cmp - file && pigz -dc file.gz | cmp - file")
        #expect(try unpacked(try folder.bytes("file.gz")) == bytes)
    }

    @Test func theHeaderIsThatOfGzipInAPipe() throws {
        let folder = try TemporaryFolder()
        #expect(try packed([]).prefix(10) == folder.shell("gzip </dev/null").prefix(10))
    }

    @Test(arguments: framings)
    func theOutputDependsOnContentAndLevelAlone(framing: ParallelGzip.Framing) throws {
        let bytes = sample(1_500_000)
        let expected = try packed(bytes, framing: framing, threads: 1)
        for threads in [2, 3, 8] {
            for pieces in [1 << 20, 100_000, 999] {
                let again = try packed(bytes, framing: framing, threads: threads, pieces: pieces)
                #expect(again == expected, "\(threads) \(pieces)")
            }
        }
        #expect(try packed(bytes, level: 1, framing: framing) != expected)
    }

    @Test(arguments: framings)
    func theChecksumIsThatOfTheContent(framing: ParallelGzip.Framing) throws {
        let bytes = sample(1_500_000)
        let gzip = try ParallelGzip(framing: framing) { _ in }
        try write(bytes, to: gzip)
        #expect(try gzip.finish() == bytes.withUnsafeBytes { GzipChecksum(of: $0) })
    }

    @Test(arguments: [1, 6, 9], framings)
    func theSizeIsThatOfGzip(level: Int, framing: ParallelGzip.Framing) throws {
        let folder = try TemporaryFolder()
        let bytes = sample(3_000_000)
        try folder.write(bytes, to: "file")
        let theirs = try folder.shell("gzip -\(level) <file").count
        let ours = try packed(bytes, level: level, framing: framing)
        // Members begin without a dictionary, which costs something where the content repeats itself as much as here.
        #expect(ours.count <= theirs + theirs / (framing == .members ? 20 : 100))
        #expect(try unpacked(ours) == bytes)
    }

    @Test func theOutputIsCalledByOneThreadAtATimeInOrder() throws {
        let bytes = sample(1_500_000)
        let isBusy = Atomic(false)
        let overlaps = Atomic(0)
        let gzip = try ParallelGzip(threads: 4) { _ in
            if isBusy.exchange(true, ordering: .sequentiallyConsistent) { overlaps.add(1, ordering: .relaxed) }
            usleep(500)
            isBusy.store(false, ordering: .sequentiallyConsistent)
        }
        try write(bytes, to: gzip)
        try gzip.finish()
        #expect(overlaps.load(ordering: .relaxed) == 0)
    }

    @Test(arguments: [1, 4], [0, 1, 5])
    func whatTheOutputThrowsEndsTheStream(threads: Int, call: Int) throws {
        struct DiskFull: Error, Equatable {}
        let calls = Atomic(0)
        let gzip = try ParallelGzip(threads: threads) { _ in
            if calls.add(1, ordering: .relaxed).oldValue == call { throw DiskFull() }
        }
        #expect(throws: DiskFull()) {
            // More than the buffers hold, so that a write has to wait for the output that has failed.
            for _ in 0..<10_000 { try write(sample(131_072), to: gzip) }
        }
        #expect(throws: DiskFull()) { try gzip.finish() }
        #expect(calls.load(ordering: .relaxed) == call + 1, "the output is not called again")
    }

    @Test func anErrorWithTheLastBlockIsToldByFinish() throws {
        struct DiskFull: Error, Equatable {}
        let gzip = try ParallelGzip { bytes in if bytes.count == 8 { throw DiskFull() } }
        try write(sample(1000), to: gzip)
        #expect(throws: DiskFull()) { try gzip.finish() }
    }

    @Test func abortingAndForgettingEndTheThreads() throws {
        weak var forgotten: Witness?
        for isAborted in [true, false] {
            do {
                let witness = Witness()
                forgotten = witness
                let gzip = try ParallelGzip(threads: 3) { _ in withExtendedLifetime(witness) {} }
                try write(sample(1_000_000), to: gzip)
                if isAborted { gzip.abort() }
            }
            // The last thread lets go of the output just after it has said that it is done.
            for _ in 0..<5000 where forgotten != nil { usleep(1000) }
            #expect(forgotten == nil)
        }
    }

    @Test func theCallerWaitsForTheOutput() throws {
        let gate = Atomic(false)
        let taken = Atomic(0)
        let gzip = try ParallelGzip(threads: 2) { _ in
            while !gate.load(ordering: .acquiring) { usleep(100) }
        }
        let source = BlockingWriter(gzip, block: sample(ParallelGzip.Framing.member.blockSize)) {
            taken.add(1, ordering: .relaxed)
        }
        source.start(blocks: 100)
        usleep(200_000)
        #expect(taken.load(ordering: .relaxed) < 10, "blocks in memory are bounded")
        gate.store(true, ordering: .releasing)
        try source.join()
        #expect(taken.load(ordering: .relaxed) == 100)
    }

    private func packed(
        _ bytes: [UInt8],
        level: Int = 6,
        framing: ParallelGzip.Framing = .member,
        threads: Int = 2,
        pieces: Int = 1 << 20
    ) throws -> [UInt8] {
        let output = Mutex<[UInt8]>([])
        let gzip = try ParallelGzip(level: level, threads: threads, framing: framing) { bytes in
            output.withLock { $0 += bytes }
        }
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try write(Array(bytes[start..<min(start + pieces, bytes.count)]), to: gzip)
        }
        try gzip.finish()
        return output.withLock { $0 }
    }

    private final class Witness: Sendable {}
}

private func write(_ bytes: [UInt8], to gzip: ParallelGzip) throws {
    try bytes.withUnsafeBytes { try gzip.write($0) }
}

/// Writes blocks on a thread of its own, because the compressor makes its caller wait.
private final class BlockingWriter: @unchecked Sendable {
    private let gzip: ParallelGzip
    private let block: [UInt8]
    private let written: @Sendable () -> Void
    private let result = Mutex<Result<Void, any Error>?>(nil)

    init(_ gzip: ParallelGzip, block: [UInt8], written: @escaping @Sendable () -> Void) {
        self.gzip = gzip
        self.block = block
        self.written = written
    }

    func start(blocks: Int) {
        DispatchQueue(label: "writer")
            .async {
                let result = Result {
                    for _ in 0..<blocks {
                        try write(self.block, to: self.gzip)
                        self.written()
                    }
                    try self.gzip.finish()
                }
                self.result.withLock { $0 = result }
            }
    }

    func join() throws {
        while true {
            if let result = result.withLock({ $0 }) { return try result.get() }
            usleep(1000)
        }
    }
}
