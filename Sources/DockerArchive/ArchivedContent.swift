import ByteIO
import Compression

/// The content of an archive's entry, readable at any position and from many threads at once.
public struct ArchivedContent: Sendable {
    private let reader: StoredGzipReader
    private let start: Int64
    /// In bytes.
    public let size: Int64

    /// The `size` bytes from `start` on of a member's content.
    init(_ reader: StoredGzipReader, from start: Int64, size: Int64) {
        self.reader = reader
        self.start = start
        self.size = size
    }

    /// Fills `buffer` from `position` on.
    ///
    /// - Returns: how many bytes were read; fewer than there is room for only at the end of the content or of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws -> Int {
        let wanted = Int(min(Int64(buffer.count), max(0, size - position)))
        return try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: start + position)
    }

    /// The whole content.
    ///
    /// - Parameters:
    ///   - name: what the content is called in an error.
    ///   - limit: the most bytes that are read.
    public func bytes(of name: String, limit: Int) throws -> [UInt8] {
        guard size <= Int64(limit) else { throw ArchiveError.tooLarge(entry: name, size: size) }
        let bytes = try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            count = try read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
        guard Int64(bytes.count) == size else { throw ArchiveError.truncated }
        return bytes
    }
}
