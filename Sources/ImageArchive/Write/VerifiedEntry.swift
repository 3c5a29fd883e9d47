import Compression
import OCI
import SystemIO
import Tar

/// A blob, or the beginning of a blob, that was read at its planned place with its frames.
///
/// `@unchecked`: one thread at a time uses the hash.
package struct VerifiedEntry: @unchecked Sendable {
    /// The number of bytes of the blob, from the first on.
    package let written: Int64
    /// The hash of the bytes; it has been verified for a complete blob.
    package let hash: ContentHash
    /// The checksum of the entry's header and the bytes.
    let checksum: GzipChecksum

    /// Reads a blob at its place.
    ///
    /// - Parameters:
    ///   - written: the expected number of bytes of the blob.
    ///   - file: the archive with the entry.
    /// - Returns: `nil` for other content: other frames, a complete blob with another digest, or the end of the file. The bytes of a
    ///   partial blob are verified when the blob is complete.
    package static func read(_ entry: ArchivePlan.Entry, written: Int64, in file: any RandomAccess) throws
        -> VerifiedEntry?
    {
        guard let blob = entry.blob else { return nil }
        let reader = EntryReader(entry, in: file)
        let hash = ContentHash(blob.digest.algorithm)
        guard try reader.expect(entry.header), try reader.read(written, hash.update) else { return nil }
        let proof = VerifiedEntry(written: written, hash: hash, checksum: reader.checksum)
        guard written == blob.size else { return proof }
        let padding = [UInt8](repeating: 0, count: TarHeader.padding(after: blob.size))
        guard try reader.expect(padding), try reader.expectEnd(), hash.finish() == blob.digest else { return nil }
        return proof
    }

    /// Whether a complete entry is at its place: its header, its content, and its frames.
    package static func isIntact(_ entry: ArchivePlan.Entry, in file: any RandomAccess) throws -> Bool {
        switch entry.content {
        case .blob(let blob): return try read(entry, written: blob.size, in: file) != nil
        case .bytes(let bytes):
            let reader = EntryReader(entry, in: file)
            let padding = [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(bytes.count)))
            return try reader.expect(entry.header + bytes + padding) && reader.expectEnd()
        }
    }
}

/// Reads an entry, and verifies the frames of its gzip member.
private final class EntryReader {
    private let member: StoredGzipMember?
    private let file: any RandomAccess
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    /// The range of the buffer that has been read and not consumed.
    private var pending = 0..<0
    private var offset: Int64
    /// The position in the member's content, and the end of its current block.
    private var position: Int64 = 0
    private var blockEnd: Int64 = 0
    private(set) var checksum = GzipChecksum()

    init(_ entry: ArchivePlan.Entry, in file: any RandomAccess) {
        member = entry.member
        self.file = file
        offset = entry.offset
    }

    deinit {
        buffer.deallocate()
    }

    /// Whether `bytes` are the next bytes of the content.
    func expect(_ bytes: [UInt8]) throws -> Bool {
        var rest = bytes[...]
        let isRead = try read(Int64(bytes.count)) { piece in
            if rest.prefix(piece.count).elementsEqual(piece) { rest = rest.dropFirst(piece.count) }
        }
        return isRead && rest.isEmpty
    }

    /// Whether the member ends at the current position, with the checksum of its content.
    func expectEnd() throws -> Bool {
        guard let member else { return true }
        guard position == member.contentLength else { return false }
        return try expectFrame(checksum.trailer)
    }

    /// Reads the next `count` bytes of the content.
    ///
    /// - Returns: whether the bytes exist and have valid frames.
    func read(_ count: Int64, _ take: (UnsafeRawBufferPointer) -> Void) throws -> Bool {
        var left = count
        while left > 0 {
            if let member, position == blockEnd {
                if position == 0, try !expectFrame(StoredGzipMember.header) { return false }
                guard position < member.contentLength, try expectFrame(member.blockHeader(at: position)) else {
                    return false
                }
                blockEnd = min(position + Int64(StoredBlock.capacity), member.contentLength)
            }
            if pending.isEmpty, try !refill() { return false }
            let limit = member == nil ? left : min(left, blockEnd - position)
            let length = Int(min(Int64(pending.count), limit))
            let piece = UnsafeRawBufferPointer(rebasing: buffer[pending.prefix(length)])
            checksum.update(piece)
            take(piece)
            pending = pending.dropFirst(length)
            position += Int64(length)
            left -= Int64(length)
        }
        return true
    }

    private func expectFrame(_ bytes: [UInt8]) throws -> Bool {
        for byte in bytes {
            if pending.isEmpty, try !refill() { return false }
            guard buffer[pending.lowerBound] == byte else { return false }
            pending = pending.dropFirst()
        }
        return true
    }

    private func refill() throws -> Bool {
        let count = try file.read(into: buffer, at: offset)
        offset += Int64(count)
        pending = 0..<count
        return count > 0
    }
}
