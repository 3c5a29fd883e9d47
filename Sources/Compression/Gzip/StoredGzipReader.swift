import SystemIO

/// Reads the content of a gzip member of stored blocks at any position, straight from where it lies.
///
/// The blocks' headers are passed over, not believed: what is read is proven by the digest of the content.
package struct StoredGzipReader: Sendable {
    package let file: any RandomAccess
    package let member: StoredGzipMember
    /// Where in the file the member begins.
    package let offset: Int64

    /// Where in the file the member lies.
    package var range: Range<Int64> { offset..<offset + member.length }

    /// - Parameter offset: where in `file` the member begins.
    package init(_ member: StoredGzipMember, in file: any RandomAccess, at offset: Int64) {
        self.file = file
        self.member = member
        self.offset = offset
    }

    /// Fills `buffer` from `position` of the content on.
    ///
    /// - Returns: how many bytes were read; fewer than there is room for only at the end of the content, or of the file.
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
