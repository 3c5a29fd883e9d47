import Compression
import OCI
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
        package private(set) var offset: Int64
        /// The gzip member of header, content and padding; `nil` in a plain tar.
        let member: StoredGzipMember?
        /// How many bytes of the file the entry takes.
        package let length: Int64

        fileprivate init(
            header: [UInt8],
            content: ContainerdLayout.Content,
            padding: Int,
            at offset: Int64,
            isGzip: Bool
        ) {
            let length = Int64(header.count) + content.size + Int64(padding)
            let member = isGzip ? StoredGzipMember(contentLength: length) : nil
            self.header = header
            self.content = content
            self.offset = offset
            self.member = member
            self.length = member?.length ?? length
        }

        /// The blob that is fetched; `nil` where the content is at hand.
        package var blob: Descriptor? {
            if case .blob(let blob) = content { blob } else { nil }
        }

        /// The last bytes of the gzip member of an entry whose content is at hand; `nil` for any other entry.
        var trailer: [UInt8]? {
            guard member != nil, case .bytes(let bytes) = content else { return nil }
            let padding = [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(bytes.count)))
            return (header + bytes + padding).withUnsafeBytes { GzipChecksum(of: $0) }.trailer
        }

        /// How many bytes of the file the entry takes with the first `count` bytes of its content alone.
        func length(ofFirst count: Int64) -> Int64 {
            guard count < content.size else { return length }
            let position = Int64(header.count) + count
            return member?.length(ofContentUpTo: position) ?? position
        }

        /// The same entry, so many bytes further on in the file.
        package func moved(by distance: Int64) -> Entry {
            var entry = self
            entry.offset += distance
            return entry
        }
    }

    /// The directories and the blobs, in the order of the file.
    package let blobs: [Entry]
    /// What names the images, and the end of the tar, behind the blobs.
    package let tables: [Entry]
    /// How long the file will be, in bytes.
    package let length: Int64
    private let positions: [Digest: Int]

    /// Lays out the entries one behind the other.
    ///
    /// - Parameter isGzip: whether the file is a gzip; else it is a plain tar.
    package init(_ layout: ContainerdLayout, isGzip: Bool = true) throws {
        var offset: Int64 = 0
        func entry(_ header: [UInt8], _ content: ContainerdLayout.Content, padding: Int) -> Entry {
            let entry = Entry(header: header, content: content, padding: padding, at: offset, isGzip: isGzip)
            offset += entry.length
            return entry
        }
        func entries(_ entries: [ContainerdLayout.Entry]) throws -> [Entry] {
            try entries.map { header, content in
                entry(try header.encoded(), content, padding: TarHeader.padding(after: content.size))
            }
        }
        blobs = try entries(layout.blobs)
        tables = try entries(layout.tables) + [entry(TarHeader.endOfArchive, .bytes([]), padding: 0)]
        length = offset
        var positions: [Digest: Int] = [:]
        for (position, entry) in blobs.enumerated() {
            if let blob = entry.blob { positions[blob.digest] = position }
        }
        self.positions = positions
    }

    /// All entries in the order of the file.
    package var entries: [Entry] { blobs + tables }

    /// The entry of a blob that is fetched.
    package func entry(of digest: Digest) -> Entry? { positions[digest].map { blobs[$0] } }

    /// Where the blobs that are fetched lie once they are whole.
    package var places: [Digest: ArchiveJournal.Place] {
        positions.mapValues { position in
            let entry = blobs[position]
            return ArchiveJournal.Place(offset: entry.offset, size: entry.content.size, written: entry.content.size)
        }
    }
}
