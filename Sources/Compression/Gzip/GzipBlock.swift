import Dispatch

/// A stretch of content on its way through the compressor, with the buffers for it.
///
/// It belongs to one thread at a time: to the caller until it is submitted, then to a worker, then to the writer, then to the
/// caller again. The semaphores hand it over.
final class GzipBlock: @unchecked Sendable {
    /// How far back deflate can refer, in bytes (RFC 1951, section 2).
    static let dictionaryCapacity = 32 << 10

    /// Signalled when the caller may fill the block.
    let isFree = DispatchSemaphore(value: 0)
    /// Signalled when the block has been deflated.
    let isDeflated = DispatchSemaphore(value: 0)

    /// Whether the content ends with this block.
    var isLast = false
    /// The checksum of the block's own content.
    var checksum = GzipChecksum()
    /// How much of the output buffer is filled.
    var deflatedCount = 0
    private let deflatedBuffer: Buffer
    /// The dictionary, which ends where the content begins, and the content.
    private let contentBuffer: Buffer
    private var dictionaryCount = 0
    private var contentCount = 0

    /// - Parameters:
    ///   - capacity: how many bytes of content it takes.
    ///   - outputCapacity: how many bytes its deflated form may have.
    init(capacity: Int, outputCapacity: Int) {
        contentBuffer = Buffer(byteCount: Self.dictionaryCapacity + capacity)
        deflatedBuffer = Buffer(byteCount: outputCapacity)
    }

    private var input: UnsafeMutableRawBufferPointer { contentBuffer.bytes }

    /// Room for the block in deflated form.
    var output: UnsafeMutableRawBufferPointer { deflatedBuffer.bytes }

    /// How many more bytes of content the block takes.
    var room: Int { input.count - Self.dictionaryCapacity - contentCount }

    var content: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: input[Self.dictionaryCapacity..<Self.dictionaryCapacity + contentCount])
    }

    var dictionary: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: input[Self.dictionaryCapacity - dictionaryCount..<Self.dictionaryCapacity])
    }

    var deflated: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: output[..<deflatedCount]) }

    /// Adds content, no more than there is room for.
    func append(_ bytes: UnsafeRawBufferPointer) {
        input.copy(bytes, to: Self.dictionaryCapacity + contentCount)
        contentCount += bytes.count
    }

    /// Empties the block. `predecessor` is the full block before it, which others may be reading.
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
