import OCI

/// The `manifest.json` of docker's containerd store: one item for each image that the names resolve to.
///
/// Containerd's exporter keeps the items by the digest of the image's manifest, and the first name of an index replaces
/// an existing item (`core/images/archive/exporter.go`). The names of the replaced item are then missing from `manifest.json`,
/// though not from `index.json`. This layout has the same items; ``shadowedNames`` are the missing names.
///
/// Helm charts have no item, though docker writes one: an engine with a graph driver reads `manifest.json` alone, and stops
/// loading at a configuration that is no image's. Engines with the containerd store load charts by `index.json`.
struct ManifestJSON {
    private struct Item {
        var image: Manifest
        var names: [Reference]
    }

    let text: [UInt8]
    let shadowedNames: [Reference]

    init(of images: [SavedImage]) {
        var items: [Digest: Item] = [:]
        var order: [Digest] = []
        var seenIndexes: Set<Digest> = []
        var shadowed: [Reference] = []
        for image in images where !image.isHelmChart {
            let digest = image.principal.digest
            let isNewIndex = image.top.digest != digest && seenIndexes.insert(image.top.digest).inserted
            if isNewIndex || items[digest] == nil {
                if let older = items[digest] {
                    shadowed += older.names
                } else {
                    order.append(digest)
                }
                items[digest] = Item(image: image.principal, names: [])
            }
            if image.isNamed { items[digest]?.names.append(image.reference) }
        }
        text = GoJSON.array(order.compactMap { items[$0] }.map(Self.json)).compact
        shadowedNames = shadowed
    }

    private static func json(_ item: Item) -> GoJSON {
        guard case .image(let configuration, let layers) = item.image.content else { return .null }
        return .object([
            ("Config", .string(OCILayout.path(of: configuration.digest))),
            ("RepoTags", .strings(item.names.isEmpty ? nil : item.names.map(\.familiar))),
            ("Layers", .array(layers.map { .string(OCILayout.path(of: $0.digest)) })),
        ])
    }
}
