/// Writes a gzip member of stored blocks from its first byte to its last.
///
/// Not for use from two threads at a time. The buffer is 128 KiB: a smaller one makes writing slower, a larger one loses more
/// when the process is killed.
package final class StoredGzipEncoder {
    private let member: StoredGzipMember
    private let output: (UnsafeRawBufferPointer) throws -> Void
    private let buffer = Buffer(byteCount: 128 << 10)
    private var filled = 0
    private var position: Int64 = 0
    private var blockEnd: Int64 = 0
    private var checksum = GzipChecksum()

    /// - Parameters:
    ///   - member: the layout of the member, with the length of the content.
    ///   - output: is called with the bytes of the member in order, up to 128 KiB at a time.
    package init(_ member: StoredGzipMember, output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.member = member
        self.output = output
        buffer.bytes.copyBytes(from: StoredGzipMember.header)
        filled = StoredGzipMember.header.count
    }

    /// Resumes the member of an earlier encoder.
    ///
    /// - Parameters:
    ///   - written: the checksum of the content that has been written.
    ///   - output: is called with the bytes that follow the first ``StoredGzipMember/length(ofContentUpTo:)`` bytes of the member.
    package init(
        _ member: StoredGzipMember,
        after written: GzipChecksum,
        output: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) {
        self.member = member
        self.output = output
        position = written.length
        checksum = written
        let capacity = Int64(StoredBlock.capacity)
        blockEnd = min((position + capacity - 1) / capacity * capacity, member.contentLength)
    }

    /// Appends the next bytes of the content, in total at most the member's content length.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(position + Int64(bytes.count) <= member.contentLength, "more content than the member was made for")
        checksum.update(bytes)
        var rest = bytes
        while !rest.isEmpty {
            if position == blockEnd { try beginBlock() }
            let count = min(rest.count, Int(blockEnd - position))
            try put(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            position += Int64(count)
            rest.removeFirst(bytes: count)
        }
    }

    /// Writes the end of the member, after the complete content.
    package func finish() throws {
        precondition(position == member.contentLength, "less content than the member was made for")
        if member.contentLength == 0 { try beginBlock() }
        try checksum.trailer.withUnsafeBytes(put)
        try flush()
    }

    private func beginBlock() throws {
        try member.blockHeader(at: position).withUnsafeBytes(put)
        blockEnd = min(position + Int64(StoredBlock.capacity), member.contentLength)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            if filled == buffer.bytes.count { try flush() }
            let count = min(rest.count, buffer.bytes.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[filled..<filled + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest.removeFirst(bytes: count)
        }
    }

    private func flush() throws {
        try output(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<filled]))
        filled = 0
    }
}
