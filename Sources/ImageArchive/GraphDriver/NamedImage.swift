import OCI

/// An image with all its names in the archive.
struct NamedImage: Sendable {
    let image: GraphDriverImage
    var names: [Reference]

    /// Returns the images without duplicate identifiers, in the order of the list, with their names in that order.
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
    /// Returns the text of `repositories`: for each name and tag the identifier of the image's top layer.
    ///
    /// - Parameter top: returns the identifier of the top layer; `nil` for an image without one.
    /// - Returns: `nil` if no image has a name: docker does not write the file.
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
