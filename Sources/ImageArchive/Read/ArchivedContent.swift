import Compression
import OCI
import SystemIO
import Tar

/// The content of an archive's entry, readable repeatedly, and by many threads at once.
public struct ArchivedContent: Sendable {
    private enum Place: Sendable {
        /// From a position of the content of a gzip member of stored blocks.
        case member(StoredGzipReader, start: Int64)
        /// Unchanged, in a file.
        case section(any RandomAccess, offset: Int64)
        /// Compressed to `length` bytes, in a file.
        case gzip(File, offset: Int64, length: Int64)
    }

    private let place: Place
    /// In bytes.
    package let size: Int64

    /// The `size` bytes of a member's content from `start` on.
    init(_ reader: StoredGzipReader, from start: Int64, size: Int64) {
        place = .member(reader, start: start)
        self.size = size
    }

    /// The `size` bytes of a file from `offset` on.
    init(of file: any RandomAccess, at offset: Int64, size: Int64) {
        place = .section(file, offset: offset)
        self.size = size
    }

    /// The `size` bytes that the `length` bytes of a file from `offset` on unpack to.
    init(inflating file: File, at offset: Int64, length: Int64, size: Int64) {
        place = .gzip(file, offset: offset, length: length)
        self.size = size
    }

    /// Whether the content is stored compressed in temporary space.
    var isCompressed: Bool {
        if case .gzip = place { true } else { false }
    }

    /// The paths of the parts that have the content; empty unless the archive is split.
    package var parts: [String] {
        switch place {
        case .member(let reader, _): (reader.file as? SplitFile)?.paths(of: reader.range) ?? []
        case .section(let file, let offset): (file as? SplitFile)?.paths(of: offset..<offset + size) ?? []
        case .gzip: []
        }
    }

    /// Returns a source of the content from its first byte on.
    public func open() throws -> any ByteSource {
        switch place {
        case .member(let reader, let start): Self.source(of: reader, start..<start + size)
        case .section(let file, let offset): FileSection(of: file, at: offset, length: size)
        case .gzip(let file, let offset, let length):
            try Decompressor(FileSection(of: file, at: offset, length: length), format: .gzip)
        }
    }

    /// Returns the complete content.
    ///
    /// - Parameters:
    ///   - name: the name of the content in an error.
    ///   - limit: the maximum size in bytes.
    package func bytes(of name: String, limit: Int) throws -> [UInt8] {
        guard size <= Int64(limit) else { throw ArchiveError.tooLarge(entry: name, size: size) }
        let bytes = try open().readBytes(Int(size))
        guard Int64(bytes.count) == size else { throw ArchiveError.truncated }
        return bytes
    }

    /// Copies the content with its frames to an entry's place, if the entry has the same frames. The copy is not yet verified.
    ///
    /// - Returns: whether it was copied.
    func copyFrames(of entry: ArchivePlan.Entry, into output: ArchiveOutput) throws -> Bool {
        guard let target = output.file else { return false }
        switch place {
        case .member(let reader, let start):
            guard entry.member == reader.member, start == Int64(entry.header.count) else { return false }
            try target.copy(reader.range, of: reader.file, to: entry.offset)
        case .section(let file, let offset):
            guard entry.member == nil else { return false }
            let start = entry.offset + Int64(entry.header.count)
            try target.write(entry.header, at: entry.offset)
            try target.copy(offset..<offset + size, of: file, to: start)
            try target.write([UInt8](repeating: 0, count: TarHeader.padding(after: size)), at: start + size)
        case .gzip:
            return false
        }
        return true
    }

    /// Returns a source of a section of the content of a gzip member of stored blocks.
    private static func source(of reader: StoredGzipReader, _ section: Range<Int64>) -> any ByteSource {
        var rest = section
        return ClosureSource { buffer in
            let piece = UnsafeMutableRawBufferPointer(
                rebasing: buffer.prefix(Int(min(Int64(buffer.count), Int64(rest.count))))
            )
            let count = try reader.read(into: piece, at: rest.lowerBound)
            rest = rest.lowerBound + Int64(count)..<rest.upperBound
            return count
        }
    }
}

extension ByteSource {
    /// Reads the source to its end, and compares its digest.
    ///
    /// - Parameter read: called with the size of each piece in bytes.
    func hasDigest(_ digest: Digest, read: (Int) -> Void = { _ in }) throws -> Bool {
        let hash = ContentHash(digest.algorithm)
        try forEachPiece { piece in
            hash.update(piece)
            read(piece.count)
        }
        return hash.finish() == digest
    }
}

extension ArchivedContent {
    /// Reads the content to its end, and compares its digest.
    ///
    /// - Parameter read: called with the size of each piece in bytes.
    package func hasDigest(_ digest: Digest, read: (Int) -> Void = { _ in }) throws -> Bool {
        try open().hasDigest(digest, read: read)
    }
}
