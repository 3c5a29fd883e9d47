import SystemIO

/// Reads the content of a gzip member of stored blocks at any position of a file.
///
/// The blocks' headers are skipped without a check; the caller verifies the digest of the content.
package struct StoredGzipReader: Sendable {
    package let file: any RandomAccess
    package let member: StoredGzipMember
    /// The offset of the member in the file.
    package let offset: Int64

    /// The range of the member in the file.
    package var range: Range<Int64> { offset..<offset + member.length }

    /// - Parameter offset: the offset of the member in `file`.
    package init(_ member: StoredGzipMember, in file: any RandomAccess, at offset: Int64) {
        self.file = file
        self.member = member
        self.offset = offset
    }

    /// Fills `buffer` from `position` of the content on.
    ///
    /// - Returns: the number of bytes that were read; fewer than `buffer` holds only at the end of the content or the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws -> Int {
        var filled = 0
        while filled < buffer.count, position + Int64(filled) < member.contentLength {
            let start = position + Int64(filled)
            let inBlock = Int64(StoredBlock.capacity) - start % Int64(StoredBlock.capacity)
            let wanted = Int(min(Int64(buffer.count - filled), inBlock, member.contentLength - start))
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + wanted])
            let count = try file.read(into: target, at: offset + member.offset(ofContent: start))
            filled += count
            if count < wanted { break }
        }
        return filled
    }
}
