import FoundationEssentials

/// Compresses a stream on several threads into gzip (RFC 1952) that any `gunzip` reads.
///
/// The content is cut into blocks. For one member each is deflated with the 32 KiB before it as its dictionary, and ended by
/// a sync flush on a byte boundary, so that the results can be put in a row; the CRC of the whole is combined from those of the
/// blocks. The output depends on the content, the level and the framing alone, not on the number of threads.
///
/// Memory is bounded by two blocks and a half for each thread: ``write(_:)`` waits for room, and the threads wait for the output.
/// It blocks, so call it from a thread of its own, and from one thread at a time.
package final class ParallelGzip {
    /// The form of the output.
    package enum Framing: Sendable {
        /// A whole gzip member.
        case member
        /// A ``DeflateSegment``, to be put into a member by the caller.
        case segment
        /// A gzip member for each block: at about the same size in less than half the time, for readers that take a member after
        /// the other, as RFC 1952, section 2.2, wants them to.
        case members

        /// How many bytes of content a block has.
        package var blockSize: Int {
            switch self {
            // Larger blocks gain nothing, smaller ones cost size.
            case .member, .segment: 128 << 10
            // These begin without a dictionary, so smaller ones cost more.
            case .members: 512 << 10
            }
        }

        /// What deflates the blocks; a level beyond 1 to 9 stands for the nearest.
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
    ///   - threads: how many blocks are deflated at once, at least 1.
    ///   - framing: the form of the output.
    ///   - output: takes the compressed bytes in order, on a thread of the compressor's. When it throws, nothing more is
    ///     compressed, and the next call of ``write(_:)`` or ``finish()`` throws the same error.
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

    /// How many processors this process may use.
    package static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Adds bytes to the content.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(!isFinished, "the compressed stream has been finished")
        try pipeline.throwFailure()
        var rest = bytes
        while !rest.isEmpty {
            if current.room == 0 {
                pipeline.submit(current)
                current = pipeline.nextBlock(after: current)
            }
            let count = min(rest.count, current.room)
            current.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            rest.removeFirst(bytes: count)
        }
    }

    /// Compresses what is left, writes the end of the member, and ends the threads.
    ///
    /// - Returns: the checksum of the content.
    /// - Throws: what the output has thrown; the stream is not complete then.
    @discardableResult
    package func finish() throws -> GzipChecksum {
        end()
        try pipeline.throwFailure()
        return pipeline.checksum
    }

    /// Ends the threads; the output gets nothing more and stays incomplete. Does nothing after ``finish()``.
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
