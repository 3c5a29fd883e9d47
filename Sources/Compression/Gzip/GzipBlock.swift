import Dispatch

/// A section of the content with its buffers.
///
/// It is `@unchecked Sendable` because one thread uses it at a time: the caller until it is submitted, then a worker, then the
/// writer, then the caller again. Its semaphores pass it from thread to thread.
final class GzipBlock: @unchecked Sendable {
    /// The largest distance of a match, in bytes (RFC 1951, section 2).
    static let dictionaryCapacity = 32 << 10

    /// Signalled when the caller may fill the block.
    let isFree = DispatchSemaphore(value: 0)
    /// Signalled when the block has been deflated.
    let isDeflated = DispatchSemaphore(value: 0)

    /// Whether the content ends with this block.
    var isLast = false
    /// The checksum of the block's own content.
    var checksum = GzipChecksum()
    /// The number of bytes in the output buffer.
    var deflatedCount = 0
    private let deflatedBuffer: Buffer
    /// The dictionary, directly followed by the content.
    private let contentBuffer: Buffer
    private var dictionaryCount = 0
    private var contentCount = 0

    /// - Parameters:
    ///   - capacity: the most bytes of content.
    ///   - outputCapacity: the most bytes of deflated content.
    init(capacity: Int, outputCapacity: Int) {
        contentBuffer = Buffer(byteCount: Self.dictionaryCapacity + capacity)
        deflatedBuffer = Buffer(byteCount: outputCapacity)
    }

    private var input: UnsafeMutableRawBufferPointer { contentBuffer.bytes }

    /// The buffer for the deflated block.
    var output: UnsafeMutableRawBufferPointer { deflatedBuffer.bytes }

    /// The number of bytes of content that can be appended.
    var available: Int { input.count - Self.dictionaryCapacity - contentCount }

    var content: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: input[Self.dictionaryCapacity..<Self.dictionaryCapacity + contentCount])
    }

    var dictionary: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: input[Self.dictionaryCapacity - dictionaryCount..<Self.dictionaryCapacity])
    }

    var deflated: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: output[..<deflatedCount]) }

    /// Appends content, at most ``available`` bytes.
    func append(_ bytes: UnsafeRawBufferPointer) {
        input.copy(bytes, to: Self.dictionaryCapacity + contentCount)
        contentCount += bytes.count
    }

    /// Empties the block. `predecessor` is the full block before it, which other threads may be reading.
    func begin(after predecessor: GzipBlock?) {
        contentCount = 0
        isLast = false
        guard let predecessor else { return }
        dictionaryCount = Self.dictionaryCapacity
        input.copy(UnsafeRawBufferPointer(rebasing: predecessor.content.suffix(dictionaryCount)), to: 0)
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func copy(_ bytes: UnsafeRawBufferPointer, to offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: self[offset..<offset + bytes.count]).copyMemory(from: bytes)
    }
}
