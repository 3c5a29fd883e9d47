import ByteIO
import Compression
import Tar

/// Where the entries of an archive lie that is a gzip of stored members, one an entry (``ArchivePlan``).
///
/// Only headers are read: the length of a member follows from the entry's, so the next one is found by seeking.
struct ArchiveIndex {
    /// The files of the archive by name.
    private(set) var files: [String: ArchivedContent] = [:]

    /// More entries than any archive of images has.
    private static let entryLimit = 1_000_000

    init(of file: File) throws {
        let fileSize = try file.size
        guard try Self.begins(file, at: 0, with: StoredGzipMember.header) else { throw ArchiveError.unknownLayout }
        var offset: Int64 = 0
        var parser = TarHeaderParser()
        while true {
            let tarOffset = parser.offset
            let member = StoredGzipReader(StoredGzipMember(contentLength: .max / 2), in: file, at: offset)
            guard let step = try Self.nextEntry(&parser, in: member) else { break }
            let (header, dataOffset) = step
            let entry = try Self.member(of: parser.offset - tarOffset, in: file, at: offset, fileSize)
            if header.kind == .file {
                let reader = StoredGzipReader(entry, in: file, at: offset)
                let content = ArchivedContent(reader, from: dataOffset - tarOffset, size: header.size)
                guard files.updateValue(content, forKey: header.name) == nil else {
                    throw ArchiveError.damaged("it has two entries called \(header.name)")
                }
                guard files.count <= Self.entryLimit else { throw ArchiveError.damaged("it has too many entries") }
            }
            offset += entry.length
        }
        _ = try Self.member(of: Int64(TarHeader.endOfArchive.count), in: file, at: offset, fileSize)
    }

    /// The next header, or nothing at the end of the tar.
    private static func nextEntry(
        _ parser: inout TarHeaderParser,
        in member: StoredGzipReader
    ) throws -> (TarHeader, dataOffset: Int64)? {
        let start = parser.offset
        return try withUnsafeTemporaryAllocation(byteCount: TarHeader.blockSize, alignment: 16) { block in
            while true {
                let count = try member.read(into: block, at: parser.offset - start)
                do {
                    switch try parser.consume(UnsafeRawBufferPointer(rebasing: block[..<count])) {
                    case .incomplete: continue
                    case .entry(let header, let dataOffset): return (header, dataOffset)
                    case .end: return nil
                    }
                } catch {
                    throw count < TarHeader.blockSize
                        ? ArchiveError.truncated : start == 0 ? .unknownLayout : .damaged("\(error)")
                }
            }
        }
    }

    /// The member that lies here, if it begins as ``ArchivePlan`` would have begun it and the file has all of it.
    private static func member(
        of contentLength: Int64,
        in file: File,
        at offset: Int64,
        _ fileSize: Int64
    ) throws -> StoredGzipMember {
        // Of a length that a header only claims, that of the member could not even be computed.
        guard contentLength <= fileSize - offset else { throw ArchiveError.truncated }
        let member = StoredGzipMember(contentLength: contentLength)
        guard member.length <= fileSize - offset else { throw ArchiveError.truncated }
        guard try begins(file, at: offset, with: StoredGzipMember.header + member.blockHeader(at: 0)) else {
            throw offset == 0 ? ArchiveError.unknownLayout : .damaged("no entry begins at byte \(offset)")
        }
        return member
    }

    private static func begins(_ file: File, at offset: Int64, with expected: [UInt8]) throws -> Bool {
        let found = try [UInt8](unsafeUninitializedCapacity: expected.count) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
        return found == expected
    }
}
