import ImageModel
import Tar

/// The tar of an archive, cut at its layers.
struct ArchiveParts {
    /// A layer, and all that stands before it and after the one before.
    struct Layer {
        let diffID: Digest
        let header: TarHeader
        var before: [UInt8]
    }

    private(set) var layers: [Layer] = []
    /// What stands behind the last layer, up to the end.
    private(set) var tail: [UInt8] = []

    init(_ entries: [LayeredEntry]) throws {
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
