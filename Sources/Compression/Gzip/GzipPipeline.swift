import Dispatch
import Synchronization

/// The threads of a ``ParallelGzip`` and the ring of blocks between them.
///
/// Blocks have numbers in the order of the content, and block n uses place n of the ring, counted round. The caller fills the
/// places in order, workers draw numbers, and the writer takes the places in order again. After a failure everything goes on
/// in the same way, but nothing is deflated or written, so there is one way to end.
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
        // Each worker has a block, and another waits for it; the caller and the writer have one each.
        blocks = (0..<2 * count + 2)
            .map { _ in GzipBlock(capacity: framing.blockSize, outputCapacity: outputCapacity) }
        workerCount = count
        self.framing = framing
        self.output = output
        for block in blocks { block.isFree.signal() }
        for deflater in deflaters { start("gzip.deflate") { $0.deflateBlocks(with: deflater) } }
        start("gzip.write") { $0.writeBlocks() }
    }

    /// Runs `body` on a thread of its own: a serial queue without a target has one while it has work.
    private func start(_ label: String, _ body: @escaping @Sendable (GzipPipeline) -> Void) {
        DispatchQueue(label: label).async(group: threads) { body(self) }
    }
}

// MARK: - The caller

extension GzipPipeline {
    /// The next place of the ring, empty, as soon as it is free.
    func nextBlock(after predecessor: GzipBlock?) -> GzipBlock {
        let block = blocks[submitted.load(ordering: .relaxed) % blocks.count]
        block.isFree.wait()
        block.begin(after: predecessor)
        return block
    }

    /// Hands the block to the workers that ``nextBlock(after:)`` gave last.
    func submit(_ block: GzipBlock) {
        let number = submitted.add(1, ordering: .relaxed).oldValue
        if block.isLast {
            end.store(number, ordering: .releasing)
            for _ in 0..<workerCount { work.signal() }
        }
        work.signal()
    }

    /// Has nothing more be deflated or written; the threads end after the last block all the same.
    func cancel() {
        fail(Cancelled())
    }

    /// Waits for the threads, which end after the last block.
    func join() {
        threads.wait()
    }

    /// The checksum of the whole content, once the threads have ended.
    var checksum: GzipChecksum { finalChecksum.withLock { $0 } }

    /// Throws the first error there was, if any.
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
