import OCI
import Tar

/// An entry of an archive with unpacked layers.
package struct GraphDriverEntry: Sendable {
    /// The content that follows the header.
    package enum Content: Sendable, Equatable {
        /// Known bytes; empty for directories and links.
        case bytes([UInt8])
        /// The uncompressed tar of the layer with this diff ID.
        case layer(Digest)
    }

    /// The header; the size of a layer is 0 until ``sized(_:)``.
    package let header: TarHeader
    /// The content that follows the header.
    package let content: Content

    /// An entry; a directory or a link without a content.
    package init(_ header: TarHeader, _ content: Content = .bytes([])) {
        self.header = header
        self.content = content
    }

    /// A file of known bytes, whose size is set in the header.
    package init(file header: TarHeader, _ bytes: [UInt8]) {
        var header = header
        header.size = Int64(bytes.count)
        self.init(header, .bytes(bytes))
    }

    /// Returns the same entry with a layer's size in the header, 0 if it is unknown.
    func sized(_ sizes: [Digest: Int64]) -> GraphDriverEntry {
        guard case .layer(let diffID) = content else { return self }
        var header = header
        header.size = sizes[diffID] ?? 0
        return GraphDriverEntry(header, content)
    }
}

extension [GraphDriverEntry] {
    /// Returns the entries in the order of Go's `filepath.Walk`: a directory before its entries, and the names of one directory by their bytes.
    func inWalkingOrder() -> [GraphDriverEntry] {
        map { (path: $0.header.name.utf8.split(separator: UInt8(ascii: "/")), entry: $0) }
            .sorted { left, right in
                left.path.lexicographicallyPrecedes(right.path) { $0.lexicographicallyPrecedes($1) }
            }
            .map(\.entry)
    }
}

/// The tar of an archive, divided at its layers.
struct ArchiveParts {
    /// A layer, and the entries between the layer before and this one.
    struct Layer {
        let diffID: Digest
        let header: TarHeader
        /// Encoded entries.
        var before: [UInt8]
    }

    private(set) var layers: [Layer] = []
    /// Encoded entries after the last layer, and the end of the tar.
    private(set) var tail: [UInt8] = []

    init(_ entries: [GraphDriverEntry]) throws {
        for entry in entries {
            switch entry.content {
            case .layer(let diffID):
                layers.append(Layer(diffID: diffID, header: entry.header, before: tail))
                tail = []
            case .bytes(let bytes):
                tail += try entry.header.encoded() + bytes
                tail += [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(bytes.count)))
            }
        }
        tail += TarHeader.endOfArchive
    }
}
