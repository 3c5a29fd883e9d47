import Compression
import OCI
import Tar

/// The layout of an archive before its first byte is fetched: every entry with its offset in the finished file.
///
/// Lengths are known, so entries are written in parallel and read by seeking. In a gzip file each entry is a separate member of
/// stored blocks; all members together are one tar. A plain tar is what docker writes with `-o`.
package struct ArchivePlan: Sendable {
    /// An entry and its offset.
    package struct Entry: Sendable {
        /// The encoded tar header, extension included.
        let header: [UInt8]
        /// The content that follows the header.
        package let content: ContainerdLayout.Content
        /// The offset of the entry in the file.
        package private(set) var offset: Int64
        /// The gzip member of header, content and padding; `nil` in a plain tar.
        let member: StoredGzipMember?
        /// The length of the entry in the file, in bytes.
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

        /// The blob that is fetched; `nil` if the content is known.
        package var blob: Descriptor? {
            if case .blob(let blob) = content { blob } else { nil }
        }

        /// The last bytes of the gzip member of an entry whose content is known; `nil` for any other entry.
        var trailer: [UInt8]? {
            guard member != nil, case .bytes(let bytes) = content else { return nil }
            let padding = [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(bytes.count)))
            return (header + bytes + padding).withUnsafeBytes { GzipChecksum(of: $0) }.trailer
        }

        /// Returns the length in the file of the entry's header and the first `count` bytes of its content.
        func length(ofFirst count: Int64) -> Int64 {
            guard count < content.size else { return length }
            let position = Int64(header.count) + count
            return member?.length(ofContentUpTo: position) ?? position
        }

        /// Returns the same entry, `distance` bytes later in the file.
        package func moved(by distance: Int64) -> Entry {
            var entry = self
            entry.offset += distance
            return entry
        }
    }

    /// The directories and the blobs, in the order of the file.
    package let blobs: [Entry]
    /// The tables that name the images, and the end of the tar. They follow the blobs.
    package let tables: [Entry]
    /// The length of the finished file, in bytes.
    package let length: Int64
    private let positions: [Digest: Int]

    /// Lays out the entries one after another.
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

    /// The places of the fetched blobs in the complete archive.
    package var places: [Digest: ArchiveJournal.Place] {
        positions.mapValues { position in
            let entry = blobs[position]
            return ArchiveJournal.Place(offset: entry.offset, size: entry.content.size, written: entry.content.size)
        }
    }
}
