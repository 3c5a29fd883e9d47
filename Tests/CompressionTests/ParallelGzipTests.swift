import Compression
import Dispatch
import Glibc
import Synchronization
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ParallelGzipTests {
    /// Around the sizes of a block and of the dictionary, where things could go wrong.
    static let counts = [0, 1, 32_767, 131_071, 131_072, 131_073, 262_144, 524_287, 524_288, 524_289, 1_500_000]
    static let framings: [ParallelGzip.Framing] = [.member, .members]

    @Test(arguments: counts, framings)
    func everyToolReadsIt(count: Int, framing: ParallelGzip.Framing) throws {
        let directory = try TemporaryDirectory()
        let bytes = sample(count)
        try directory.write(bytes, to: "file")
        try directory.write(try packed(bytes, framing: framing), to: "file.gz")
        try directory.shell("gzip -t file.gz && pigz -t file.gz")
        try directory.shell("gzip -dc file.gz | cmp - file && pigz -dc file.gz | cmp - file")
        #expect(try unpacked(try directory.bytes("file.gz")) == bytes)
    }

    @Test func theHeaderIsThatOfGzipInAPipe() throws {
        let directory = try TemporaryDirectory()
        #expect(try packed([]).prefix(10) == directory.shell("gzip </dev/null").prefix(10))
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
        let directory = try TemporaryDirectory()
        let bytes = sample(3_000_000)
        try directory.write(bytes, to: "file")
        let theirs = try directory.shell("gzip -\(level) <file").count
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

    @Test func anErrorWithTheLastBlockIsThrownByFinish() throws {
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
        let gate = DispatchSemaphore(value: 0)
        let gzip = try ParallelGzip(threads: 2) { _ in
            // Once it is open it stays so.
            gate.wait()
            gate.signal()
        }
        let writer = BlockingWriter(gzip, block: sample(ParallelGzip.Framing.member.blockSize), count: 100)
        // Two blocks for each thread, and one each for the caller and the output.
        #expect(writer.countWhenItWaits() == 6, "blocks in memory are bounded")
        gate.signal()
        try writer.join()
        #expect(writer.count == 100)
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
private final class BlockingWriter: Sendable {
    /// The directory that the system has for the thread.
    private let thread = Mutex("")
    private let written = Atomic(0)
    private let end = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<Void, any Error>>(.success(()))

    init(_ gzip: sending ParallelGzip, block: [UInt8], count: Int) {
        let gzip = Mutex(gzip)
        DispatchQueue(label: "writer")
            .async {
                let directory = realpath("/proc/thread-self", nil)
                defer { free(directory) }
                self.thread.withLock { $0 = directory.map { String(cString: $0) } ?? "" }
                let result = Result {
                    try gzip.withLock { gzip in
                        for _ in 0..<count {
                            try write(block, to: gzip)
                            self.written.add(1, ordering: .releasing)
                        }
                        try gzip.finish()
                    }
                }
                self.result.withLock { $0 = result }
                self.end.signal()
            }
    }

    /// The number of blocks that have been written.
    var count: Int { written.load(ordering: .acquiring) }

    /// Returns the number of blocks that are written when the thread waits, or `nil` if it does not wait within half a minute.
    func countWhenItWaits() -> Int? {
        var seen = 0
        for _ in 0..<30_000 {
            let before = count
            // Twice with the same count, for it may wait for a lock as well.
            if isWaiting, before > 0, before == count {
                if before == seen { return before }
                seen = before
            }
            usleep(1000)
        }
        return nil
    }

    /// The state follows the thread's name (proc(5)); that of a thread which waits is S.
    private var isWaiting: Bool {
        let status = try? File(thread.withLock(\.self) + "/stat", for: .reading).readBytes(1000)
        return String(decoding: status ?? [], as: UTF8.self).split(separator: ") ").last?.hasPrefix("S") == true
    }

    func join() throws {
        #expect(end.wait(timeout: .now() + 30) == .success)
        try result.withLock { try $0.get() }
    }
}
