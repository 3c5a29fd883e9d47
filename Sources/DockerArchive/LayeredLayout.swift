import ImageModel
import Tar

/// The entries of an archive that has its layers unpacked, whose sizes are known only once they have been.
public protocol LayeredLayout: Sendable {
    /// Whether nothing but the headers of layers depends on their sizes.
    var isSettled: Bool { get }

    /// The entries in the order of the archive, those left out that depend on sizes which are not given.
    ///
    /// - Parameter sizes: of layers, by diff ID; the header of another layer states 0.
    func entries(_ sizes: [Digest: Int64]) -> [LayeredEntry]

    /// How many bytes of entries are likely to come between two layers in a row once all sizes are known, beyond those that are
    /// there without.
    ///
    /// - Parameter lower: `nil` for the beginning of the archive.
    func spareRoom(between lower: Digest?, and upper: Digest) -> Int
}

/// An entry of such an archive.
public struct LayeredEntry: Sendable {
    /// What follows the header.
    public enum Content: Sendable, Equatable {
        /// Bytes at hand; empty for directories and links.
        case bytes([UInt8])
        /// The uncompressed tar of the layer with this diff ID.
        case layer(Digest)
    }

    /// The header, with the content's size as far as it is known.
    public let header: TarHeader
    /// What follows it.
    public let content: Content

    /// An entry; without a content, a directory or a link.
    public init(_ header: TarHeader, _ content: Content = .bytes([])) {
        self.header = header
        self.content = content
    }

    /// A file of bytes at hand, whose size is put into the header.
    public init(file header: TarHeader, _ bytes: [UInt8]) {
        var header = header
        header.size = Int64(bytes.count)
        self.init(header, .bytes(bytes))
    }
}

extension [LayeredEntry] {
    /// In the order of Go's `filepath.Walk`: a folder before what it holds, and names of one folder by their bytes.
    func inWalkingOrder() -> [LayeredEntry] {
        map { (path: $0.header.name.utf8.split(separator: UInt8(ascii: "/")), entry: $0) }
            .sorted { left, right in
                left.path.lexicographicallyPrecedes(right.path) { $0.lexicographicallyPrecedes($1) }
            }
            .map(\.entry)
    }
}

/// An image of an archive with all names it has there.
struct NamedImage: Sendable {
    let image: GraphDriverImage
    var names: [Reference]

    /// Images by their identifiers, in the order of the list; each with its names in that order.
    static func merged(_ images: [GraphDriverImage]) -> [NamedImage] {
        var positions: [Digest: Int] = [:]
        var merged: [NamedImage] = []
        for image in images {
            let position = positions[image.id] ?? merged.count
            if position == merged.count {
                positions[image.id] = position
                merged.append(NamedImage(image: image, names: []))
            }
            if image.isNamed, !merged[position].names.contains(image.reference) {
                merged[position].names.append(image.reference)
            }
        }
        return merged
    }

    /// `RepoTags`: `null` for an image without names.
    var repoTags: GoJSON { .strings(names.isEmpty ? nil : names.map(\.familiar)) }
}

extension [NamedImage] {
    /// The text of `repositories`: for each name and tag the layer that `top` tells.
    ///
    /// - Returns: `nil` where no image has a name; docker does not write the file then.
    func repositories(_ top: (GraphDriverImage) -> String?) -> [UInt8]? {
        var repositories: [String: [String: GoJSON]] = [:]
        for item in self {
            for name in item.names {
                guard let tag = name.tag, let layer = top(item.image) else { continue }
                repositories[name.familiarName, default: [:]][tag] = .string(layer)
            }
        }
        guard !repositories.isEmpty else { return nil }
        return GoJSON.map(repositories.mapValues { .map($0) }).compact + [UInt8(ascii: "\n")]
    }
}
