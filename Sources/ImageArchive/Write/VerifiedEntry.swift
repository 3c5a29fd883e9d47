import Compression
import OCI
import SystemIO
import Tar

/// What was found in the place of a planned blob when it was read, frames and all, before it counts.
///
/// One thread at a time uses its hash, which is what `@unchecked` stands for.
package struct VerifiedEntry: @unchecked Sendable {
    /// How many bytes of the blob are there, from the first on.
    package let written: Int64
    /// The hash of those bytes; of a whole blob it has been compared.
    package let hash: ContentHash
    /// The checksum of the entry's header and those bytes.
    let checksum: GzipChecksum

    /// Reads the place of a blob.
    ///
    /// - Parameters:
    ///   - written: how many bytes of the blob should be there.
    ///   - file: the archive that has the entry.
    /// - Returns: `nil` where something else is there: other bytes in the frames, a whole blob with another digest, or the end of the
    ///   file. A part of a blob is proven only once the blob is whole.
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

    /// Whether a whole entry is in its place: its header, its content, and the frames around them.
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

/// Reads an entry from the beginning of its place on, and compares the frames of its gzip member with what they must be.
private final class EntryReader {
    private let member: StoredGzipMember?
    private let file: any RandomAccess
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    /// What of the buffer has been read and not been taken.
    private var pending = 0..<0
    private var offset: Int64
    /// How much of the member's content has been taken, and where its current block ends.
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

    /// Whether the next bytes of the content are these.
    func expect(_ bytes: [UInt8]) throws -> Bool {
        var rest = bytes[...]
        let isRead = try read(Int64(bytes.count)) { piece in
            if rest.prefix(piece.count).elementsEqual(piece) { rest = rest.dropFirst(piece.count) }
        }
        return isRead && rest.isEmpty
    }

    /// Whether the member ends here, with the checksum of what was read.
    func expectEnd() throws -> Bool {
        guard let member else { return true }
        guard position == member.contentLength else { return false }
        return try expectFrame(checksum.trailer)
    }

    /// Takes the next `count` bytes of the content.
    ///
    /// - Returns: whether they are there, in the right frames.
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
            let room = member == nil ? left : min(left, blockEnd - position)
            let length = Int(min(Int64(pending.count), room))
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
