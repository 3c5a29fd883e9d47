import FoundationEssentials

/// Compresses a stream into gzip (RFC 1952) on several threads.
///
/// The content is divided into blocks. For a single member, each block is deflated with the 32 KiB before it as its dictionary
/// and ends with a sync flush on a byte boundary, so that the outputs can be concatenated; the CRC is combined from those of the
/// blocks. The output depends on the content, the level and the framing, not on the number of threads.
///
/// Memory is bounded by two and a half blocks for each thread: ``write(_:)`` waits for a free block, and the threads wait for the
/// output. Calls block, so make them from a thread of their own, and from one thread at a time.
package final class ParallelGzip {
    /// The form of the output.
    package enum Framing: Sendable {
        /// A complete gzip member.
        case member
        /// A ``DeflateSegment``; the caller writes the member around it.
        case segment
        /// A gzip member for each block: about the same size in less than half the time, for readers that accept several members
        /// (RFC 1952, section 2.2).
        case members

        /// The number of bytes of content of a block.
        package var blockSize: Int {
            switch self {
            // Larger blocks gain nothing, smaller ones cost size.
            case .member, .segment: 128 << 10
            // These begin without a dictionary, so smaller ones cost more.
            case .members: 512 << 10
            }
        }

        /// Makes a deflater for blocks; `level` is clamped to 1 to 9.
        func deflater(level: Int) throws(CompressionError) -> any BlockDeflater {
            let level = min(max(level, 1), 9)
            do throws(CompressionError.Reason) {
                return switch self {
                case .member: try StreamDeflater(level: level, endsStream: true, capacity: blockSize)
                case .segment: try StreamDeflater(level: level, endsStream: false, capacity: blockSize)
                case .members: try MemberDeflater(level: level, capacity: blockSize)
                }
            } catch {
                throw CompressionError(reason: error, format: .gzip, offset: 0)
            }
        }
    }

    private let pipeline: GzipPipeline
    private var current: GzipBlock
    private var isFinished = false

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - level: 1 (fast) to 9 (small), as `gzip` counts.
    ///   - threads: the number of blocks that are deflated at once, at least 1.
    ///   - framing: the form of the output.
    ///   - output: is called with the compressed bytes in order, on a thread of the compressor. When it throws, compression
    ///     stops, and the next call of ``write(_:)`` or ``finish()`` throws the same error.
    /// - Throws: ``CompressionError`` if there is no memory.
    package init(
        level: Int = 6,
        threads: Int = ParallelGzip.processorCount,
        framing: Framing = .member,
        output: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        pipeline = try GzipPipeline(
            level: level,
            threads: max(threads, 1),
            framing: framing,
            output: output
        )
        current = pipeline.nextBlock(after: nil)
    }

    deinit {
        abort()
    }

    /// The number of processors that this process may use.
    package static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Adds bytes to the content.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(!isFinished, "the compressed stream has been finished")
        try pipeline.throwFailure()
        var rest = bytes
        while !rest.isEmpty {
            if current.available == 0 {
                pipeline.submit(current)
                current = pipeline.nextBlock(after: current)
            }
            let count = min(rest.count, current.available)
            current.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest.removeFirst(bytes: count)
        }
    }

    /// Compresses what is left, writes the end of the member, and ends the threads.
    ///
    /// - Returns: the checksum of the content.
    /// - Throws: the output's error; the stream is incomplete then.
    @discardableResult
    package func finish() throws -> GzipChecksum {
        end()
        try pipeline.throwFailure()
        return pipeline.checksum
    }

    /// Ends the threads and leaves the output incomplete. Does nothing after ``finish()``.
    package func abort() {
        guard !isFinished else { return }
        pipeline.cancel()
        end()
    }

    private func end() {
        guard !isFinished else { return }
        isFinished = true
        current.isLast = true
        pipeline.submit(current)
        pipeline.join()
    }
}
