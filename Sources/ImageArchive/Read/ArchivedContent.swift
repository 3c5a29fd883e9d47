import Compression
import OCI
import SystemIO
import Tar

/// The content of an archive's entry, readable as often as wanted, and by many threads at once.
public struct ArchivedContent: Sendable {
    private enum Place: Sendable {
        /// From a position of the content of a gzip member of stored blocks.
        case member(StoredGzipReader, start: Int64)
        /// As it is, in a file.
        case section(any RandomAccess, offset: Int64)
        /// Compressed, in a file; `length` bytes.
        case gzip(File, offset: Int64, length: Int64)
    }

    private let place: Place
    /// In bytes.
    package let size: Int64

    /// The `size` bytes from `start` on of a member's content.
    init(_ reader: StoredGzipReader, from start: Int64, size: Int64) {
        place = .member(reader, start: start)
        self.size = size
    }

    /// The `size` bytes from `offset` on of a file.
    init(of file: any RandomAccess, at offset: Int64, size: Int64) {
        place = .section(file, offset: offset)
        self.size = size
    }

    /// What the `length` bytes from `offset` on of a file unpack to, which is `size` bytes.
    init(inflating file: File, at offset: Int64, length: Int64, size: Int64) {
        place = .gzip(file, offset: offset, length: length)
        self.size = size
    }

    /// Whether it lies compressed in temporary space.
    var isCompressed: Bool {
        if case .gzip = place { true } else { false }
    }

    /// The paths of the parts that it lies in, of an archive that is in parts.
    package var parts: [String] {
        switch place {
        case .member(let reader, _): (reader.file as? SplitFile)?.paths(of: reader.range) ?? []
        case .section(let file, let offset): (file as? SplitFile)?.paths(of: offset..<offset + size) ?? []
        case .gzip: []
        }
    }

    /// The content from its first byte on.
    public func open() throws -> any ByteSource {
        switch place {
        case .member(let reader, let start): MemberSource(reader, from: start, size: size)
        case .section(let file, let offset): FileSection(of: file, at: offset, length: size)
        case .gzip(let file, let offset, let length):
            try Decompressor(FileSection(of: file, at: offset, length: length), format: .gzip)
        }
    }

    /// The whole content.
    ///
    /// - Parameters:
    ///   - name: what the content is called in an error.
    ///   - limit: the most bytes that are read.
    package func bytes(of name: String, limit: Int) throws -> [UInt8] {
        guard size <= Int64(limit) else { throw ArchiveError.tooLarge(entry: name, size: size) }
        let bytes = try open().readBytes(Int(size))
        guard Int64(bytes.count) == size else { throw ArchiveError.truncated }
        return bytes
    }

    /// Copies the content to an entry's place together with its frames, where those are the entry's; what was copied is still to be
    /// proven.
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

    /// A stretch of the content of a member of stored blocks.
    private final class MemberSource: ByteSource {
        private let reader: StoredGzipReader
        private var position: Int64
        private let end: Int64

        init(_ reader: StoredGzipReader, from start: Int64, size: Int64) {
            self.reader = reader
            self.position = start
            self.end = start + size
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let wanted = Int(min(Int64(buffer.count), end - position))
            let count = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
            position += Int64(count)
            return count
        }
    }
}

extension ByteSource {
    /// Reads the source to its end, and compares its digest.
    ///
    /// - Parameter read: told of each piece how many bytes it has.
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
    /// - Parameter read: told of each piece how many bytes it has.
    package func hasDigest(_ digest: Digest, read: (Int) -> Void = { _ in }) throws -> Bool {
        try open().hasDigest(digest, read: read)
    }
}
