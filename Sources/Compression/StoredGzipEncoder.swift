/// Writes one gzip member of stored blocks, in order.
///
/// Not for use from two threads at a time. It holds 256 KiB.
public final class StoredGzipEncoder {
    private let member: StoredGzipMember
    private let output: (UnsafeRawBufferPointer) throws -> Void
    private let buffer = Buffer(byteCount: 256 << 10)
    private var filled = 0
    private var position: Int64 = 0
    private var blockEnd: Int64 = 0
    private var crc: UInt32 = 0

    /// An encoder for a member whose content is not yet there.
    ///
    /// - Parameter output: takes the bytes of the member in order, in large pieces; what it throws ends the member.
    public init(_ member: StoredGzipMember, output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.member = member
        self.output = output
        buffer.bytes.copyBytes(from: StoredGzipMember.header)
        filled = StoredGzipMember.header.count
    }

    /// Adds the next bytes of the content, which must not be more than the member was made for.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(position + Int64(bytes.count) <= member.contentLength, "more content than the member was made for")
        crc = CRC32.update(crc, bytes)
        var rest = bytes
        while !rest.isEmpty {
            if position == blockEnd { try beginBlock() }
            let count = min(rest.count, Int(blockEnd - position))
            try put(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            position += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Writes the end of the member; its whole content must have been added.
    public func finish() throws {
        precondition(position == member.contentLength, "less content than the member was made for")
        if member.contentLength == 0 { try beginBlock() }
        let length = UInt32(truncatingIfNeeded: member.contentLength)
        try withUnsafeBytes(of: (crc.littleEndian, length.littleEndian), put)
        try flush()
    }

    private func beginBlock() throws {
        try member.blockHeader(at: position).withUnsafeBytes(put)
        blockEnd = min(position + Int64(StoredGzipMember.blockCapacity), member.contentLength)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            if filled == buffer.bytes.count { try flush() }
            let count = min(rest.count, buffer.bytes.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[filled..<filled + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private func flush() throws {
        try output(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<filled]))
        filled = 0
    }
}
