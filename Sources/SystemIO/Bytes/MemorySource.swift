/// A source of bytes in memory.
public final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    /// A source of `bytes`.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Copies the next bytes to `buffer`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }

    /// Skips bytes without copying them.
    public func skip(_ count: Int64) -> Int64 {
        let skipped = max(0, min(count, Int64(bytes.count - position)))
        position += Int(skipped)
        return skipped
    }
}
