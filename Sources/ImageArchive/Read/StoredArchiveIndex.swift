import Compression
import SystemIO
import Tar

/// Finds the entries of an archive that is a gzip of stored members, one an entry (``ArchivePlan``).
///
/// Only headers are read: the length of a member follows from the entry's, so the next one is found by seeking.
enum StoredArchiveIndex {
    /// Returns the entries of the archive in `file`.
    ///
    /// - Returns: `nil` if not all members are of this kind: other programs may write other members after a first one like these.
    /// - Throws: ``ArchiveError/truncated`` if the file ends before an archive of this kind would.
    static func entries(of file: any RandomAccess) throws -> ArchiveEntries? {
        let fileSize = try file.size
        guard try begins(file, at: 0, with: StoredGzipMember.header) else { return nil }
        var entries = ArchiveEntries()
        var offset: Int64 = 0
        var parser = TarHeaderParser()
        do {
            while true {
                let tarOffset = parser.offset
                let start = StoredGzipReader(StoredGzipMember(contentLength: .max / 2), in: file, at: offset)
                guard let (header, dataOffset) = try nextEntry(&parser, in: start) else { break }
                let member = try member(of: parser.offset - tarOffset, in: file, at: offset, fileSize)
                let content = ArchivedContent(
                    StoredGzipReader(member, in: file, at: offset),
                    from: dataOffset - tarOffset,
                    size: header.contentSize
                )
                try entries.add(header, content: content)
                offset += member.length
            }
            _ = try member(of: Int64(TarHeader.endOfArchive.count), in: file, at: offset, fileSize)
        } catch ArchiveError.unknownLayout {
            return nil
        }
        return entries
    }

    /// Returns the next header; `nil` at the end of the tar.
    private static func nextEntry(
        _ parser: inout TarHeaderParser,
        in member: StoredGzipReader
    ) throws -> (TarHeader, dataOffset: Int64)? {
        let start = parser.offset
        var count = 0
        do {
            return try parser.next { block, offset in
                count = try member.read(into: block, at: offset - start)
                return count
            }
        } catch is TarError {
            throw count < TarHeader.blockSize && start > 0 ? ArchiveError.truncated : .unknownLayout
        }
    }

    /// Returns the member at `offset`, if it begins as in an ``ArchivePlan`` and the file has all of it.
    private static func member(
        of contentLength: Int64,
        in file: any RandomAccess,
        at offset: Int64,
        _ fileSize: Int64
    ) throws -> StoredGzipMember {
        // The length is that of a header, so the computation of the member's length might overflow.
        guard contentLength <= fileSize - offset else { throw ArchiveError.truncated }
        let member = StoredGzipMember(contentLength: contentLength)
        guard member.length <= fileSize - offset else { throw ArchiveError.truncated }
        guard try begins(file, at: offset, with: StoredGzipMember.header + member.blockHeader(at: 0)) else {
            throw ArchiveError.unknownLayout
        }
        return member
    }

    static func begins(_ file: any RandomAccess, at offset: Int64, with expected: [UInt8]) throws -> Bool {
        let found = try [UInt8](unsafeUninitializedCapacity: expected.count) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
        return found == expected
    }
}
