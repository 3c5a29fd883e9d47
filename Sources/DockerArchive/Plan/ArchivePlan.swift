import Compression
import ImageModel
import Tar

/// A whole archive before its first byte is fetched: every entry with its place in the finished file.
///
/// Lengths are known, so entries are written in parallel and read by seeking. In a gzip file each entry is a member of its own,
/// of stored blocks; all members together are one tar. A plain tar is what docker writes with `-o`.
package struct ArchivePlan: Sendable {
    /// An entry and its place.
    package struct Entry: Sendable {
        /// The encoded tar header, extension included.
        let header: [UInt8]
        /// What follows the header.
        package let content: ContainerdLayout.Content
        /// Where in the file the entry begins.
        let offset: Int64
        /// The gzip member of header, content and padding; `nil` in a plain tar.
        let member: StoredGzipMember?
    }

    /// The entries in the order of the file. The last one is the end of the tar.
    package let entries: [Entry]
    /// How long the file will be, in bytes.
    package let length: Int64

    /// Lays out the entries one behind the other.
    ///
    /// - Parameter isGzip: whether the file is a gzip; else it is a plain tar.
    package init(_ layout: ContainerdLayout, isGzip: Bool = true) throws {
        var entries: [Entry] = []
        var offset: Int64 = 0
        func add(header: [UInt8], content: ContainerdLayout.Content, padding: Int) {
            let length = Int64(header.count) + content.size + Int64(padding)
            let member = isGzip ? StoredGzipMember(contentLength: length) : nil
            entries.append(Entry(header: header, content: content, offset: offset, member: member))
            offset += member?.length ?? length
        }
        for (header, content) in layout.entries {
            add(header: try header.encoded(), content: content, padding: TarHeader.padding(after: content.size))
        }
        add(header: TarHeader.endOfArchive, content: .bytes([]), padding: 0)
        self.entries = entries
        self.length = offset
    }
}
