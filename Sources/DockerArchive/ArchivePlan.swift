import Compression
import ImageModel
import Tar

/// A whole archive before its first byte is fetched: every entry with its place in the finished file.
///
/// Each entry is a gzip member of its own, of stored blocks, so that lengths are known, entries are written in parallel and
/// read by seeking. All members together are the gzip file of one tar.
public struct ArchivePlan: Sendable {
    /// An entry and its place.
    public struct Entry: Sendable {
        /// The encoded tar header, extension included.
        let header: [UInt8]
        /// What follows the header.
        public let content: ContainerdLayout.Content
        /// Where in the file the gzip member of the entry begins.
        let offset: Int64
        /// The gzip member: header, content and padding.
        let member: StoredGzipMember
    }

    /// The entries in the order of the file. The last one is the end of the tar.
    public let entries: [Entry]
    /// How long the file will be, in bytes.
    public let length: Int64

    /// Lays out the entries one behind the other.
    public init(_ layout: ContainerdLayout) throws {
        var entries: [Entry] = []
        var offset: Int64 = 0
        func add(header: [UInt8], content: ContainerdLayout.Content, padding: Int) {
            let member = StoredGzipMember(contentLength: Int64(header.count) + content.size + Int64(padding))
            entries.append(Entry(header: header, content: content, offset: offset, member: member))
            offset += member.length
        }
        for (header, content) in layout.entries {
            add(header: try header.encoded(), content: content, padding: TarHeader.padding(after: content.size))
        }
        add(header: TarHeader.endOfArchive, content: .bytes([]), padding: 0)
        self.entries = entries
        self.length = offset
    }
}
