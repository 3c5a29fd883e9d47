import OCI
import Tar

/// An entry of an archive that has its layers unpacked.
package struct GraphDriverEntry: Sendable {
    /// What follows the header.
    package enum Content: Sendable, Equatable {
        /// Bytes at hand; empty for directories and links.
        case bytes([UInt8])
        /// The uncompressed tar of the layer with this diff ID.
        case layer(Digest)
    }

    /// The header, with the content's size as far as it is known.
    package let header: TarHeader
    /// What follows it.
    package let content: Content

    /// An entry; without a content, a directory or a link.
    package init(_ header: TarHeader, _ content: Content = .bytes([])) {
        self.header = header
        self.content = content
    }

    /// A file of bytes at hand, whose size is put into the header.
    package init(file header: TarHeader, _ bytes: [UInt8]) {
        var header = header
        header.size = Int64(bytes.count)
        self.init(header, .bytes(bytes))
    }

    /// The same entry; a layer's header states the size that is given for it, else 0.
    func sized(_ sizes: [Digest: Int64]) -> GraphDriverEntry {
        guard case .layer(let diffID) = content else { return self }
        var header = header
        header.size = sizes[diffID] ?? 0
        return GraphDriverEntry(header, content)
    }
}

extension [GraphDriverEntry] {
    /// In the order of Go's `filepath.Walk`: a directory before what it holds, and names of one directory by their bytes.
    func inWalkingOrder() -> [GraphDriverEntry] {
        map { (path: $0.header.name.utf8.split(separator: UInt8(ascii: "/")), entry: $0) }
            .sorted { left, right in
                left.path.lexicographicallyPrecedes(right.path) { $0.lexicographicallyPrecedes($1) }
            }
            .map(\.entry)
    }
}

/// The tar of an archive, cut at its layers.
struct ArchiveParts {
    /// A layer, and all that stands between it and the one before.
    struct Layer {
        let diffID: Digest
        let header: TarHeader
        /// Encoded entries.
        var before: [UInt8]
    }

    private(set) var layers: [Layer] = []
    /// Encoded entries behind the last layer, and the end of the tar.
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
