import ImageArchive
import OCI

/// A blob that a save writes into an archive.
struct SavedBlob: Sendable {
    /// The digest that identifies the blob in the archive: the digest of the blob, or the diff ID of an unpacked layer.
    let id: Digest
    let descriptor: Descriptor
    let isLayer: Bool
}

extension [SavedBlob] {
    /// The first blob of each ID.
    var withoutDuplicates: [SavedBlob] {
        var seen: Set<Digest> = []
        return filter { seen.insert($0.id).inserted }
    }
}

extension SavedImage {
    /// The configurations and layers to save; only the layers if they are unpacked.
    var savedBlobs: [SavedBlob] {
        if let unpacked {
            return unpacked.layers.map { SavedBlob(id: $0.diffID, descriptor: $0.descriptor, isLayer: true) }
                .withoutDuplicates
        }
        return
            contents.flatMap { configuration, layers in
                [SavedBlob(id: configuration.digest, descriptor: configuration, isLayer: false)]
                    + layers.map { SavedBlob(id: $0.digest, descriptor: $0, isLayer: true) }
            }
            .withoutDuplicates
    }

    /// The platforms of the saved images, as the index lists them; empty if the name resolves to an image.
    var platforms: [Platform] {
        manifests.flatMap { manifest -> [Descriptor] in
            if case .index(let entries) = manifest.content { entries } else { [] }
        }
        .filter { entry in manifests.contains { $0.digest == entry.digest } }
        .compactMap(\.platform)
    }
}

extension SavedReferrer {
    var savedBlobs: [SavedBlob] { blobs.map { SavedBlob(id: $0.digest, descriptor: $0, isLayer: false) } }
}
