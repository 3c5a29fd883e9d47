import Dispatch
import Synchronization

/// The threads of a ``ParallelGzip`` and the ring of blocks between them.
///
/// Blocks are numbered in the order of the content; block n uses slot n of the ring, modulo its size. The caller fills the slots
/// in order, workers take the next number, and the writer reads the slots in order. After a failure the threads continue in the
/// same way without deflating or writing, so there is one way to end.
final class GzipPipeline: Sendable {
    private struct Cancelled: Error {}

    private let blocks: [GzipBlock]
    private let workerCount: Int
    private let framing: ParallelGzip.Framing
    private let output: @Sendable (UnsafeRawBufferPointer) throws -> Void
    private let threads = DispatchGroup()
    /// Signalled for each block to deflate, and at the end for each worker.
    private let work = DispatchSemaphore(value: 0)
    private let submitted = Atomic(0)
    private let drawn = Atomic(0)
    private let end = Atomic(Int.max)
    private let hasFailed = Atomic(false)
    private let failure = Mutex<(any Error)?>(nil)
    private let finalChecksum = Mutex(GzipChecksum())

    init(
        level: Int,
        threads count: Int,
        framing: ParallelGzip.Framing,
        output: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let deflaters = try (0..<count).map { _ in try framing.deflater(level: level) }
        let outputCapacity = deflaters[0].outputCapacity
        // Two blocks for each worker, one for the caller and one for the writer.
        blocks = (0..<2 * count + 2)
            .map { _ in GzipBlock(capacity: framing.blockSize, outputCapacity: outputCapacity) }
        workerCount = count
        self.framing = framing
        self.output = output
        for block in blocks { block.isFree.signal() }
        for deflater in deflaters { start("gzip.deflate") { $0.deflateBlocks(with: deflater) } }
        start("gzip.write") { $0.writeBlocks() }
    }

    /// Runs `body` on a thread of its own, that of a serial queue without a target.
    private func start(_ label: String, _ body: @escaping @Sendable (GzipPipeline) -> Void) {
        DispatchQueue(label: label).async(group: threads) { body(self) }
    }
}

// MARK: - The caller

extension GzipPipeline {
    /// Waits for the next slot of the ring and returns its block, empty.
    func nextBlock(after predecessor: GzipBlock?) -> GzipBlock {
        let block = blocks[submitted.load(ordering: .relaxed) % blocks.count]
        block.isFree.wait()
        block.begin(after: predecessor)
        return block
    }

    /// Submits the block that ``nextBlock(after:)`` returned last to the workers.
    func submit(_ block: GzipBlock) {
        let number = submitted.add(1, ordering: .relaxed).oldValue
        if block.isLast {
            end.store(number, ordering: .releasing)
            for _ in 0..<workerCount { work.signal() }
        }
        work.signal()
    }

    /// Stops deflating and writing; the threads still end only after the last block.
    func cancel() {
        fail(Cancelled())
    }

    /// Waits for the threads to end, after the last block.
    func join() {
        threads.wait()
    }

    /// The checksum of the complete content, valid once the threads have ended.
    var checksum: GzipChecksum { finalChecksum.withLock { $0 } }

    /// Throws the first error, if any.
    func throwFailure() throws {
        guard hasFailed.load(ordering: .acquiring) else { return }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func fail(_ error: any Error) {
        failure.withLock { $0 = $0 ?? error }
        hasFailed.store(true, ordering: .releasing)
    }
}

// MARK: - The threads

extension GzipPipeline {
    private func deflateBlocks(with deflater: any BlockDeflater) {
        while true {
            work.wait()
            let number = drawn.add(1, ordering: .relaxed).oldValue
            guard number <= end.load(ordering: .acquiring) else { return }
            let block = blocks[number % blocks.count]
            if !hasFailed.load(ordering: .acquiring) {
                do throws(CompressionError.Reason) {
                    try deflater.deflate(block)
                } catch {
                    let offset = Int64(number) * Int64(framing.blockSize)
                    fail(CompressionError(reason: error, format: .gzip, offset: offset))
                }
            }
            block.isDeflated.signal()
        }
    }

    private func writeBlocks() {
        var checksum = GzipChecksum()
        if framing == .member { StoredGzipMember.header.withUnsafeBytes { write($0) } }
        var number = 0
        while true {
            let block = blocks[number % blocks.count]
            block.isDeflated.wait()
            write(block.deflated)
            checksum.append(block.checksum)
            if block.isLast {
                if framing == .member { checksum.trailer.withUnsafeBytes { write($0) } }
                finalChecksum.withLock { $0 = checksum }
                return
            }
            block.isFree.signal()
            number += 1
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        guard !hasFailed.load(ordering: .acquiring) else { return }
        do {
            try output(bytes)
        } catch {
            fail(error)
        }
    }
}
