import DockerArchive
import GraphDriverArchive
import ImageEngine
import ImageModel

/// An image as a save brings it into an archive, in parts that other images may share.
protocol ArchivedImage: Sendable {
    var reference: Reference { get }
    /// What the name leads to.
    var manifest: Descriptor { get }
    /// The platforms that its index tells of; empty where the name leads to an image.
    var platforms: [Platform] { get }
    /// What has to be in the archive, each once.
    var parts: [ImagePart] { get }
}

/// A blob of an image, by what the archive calls it.
struct ImagePart: Sendable {
    /// The blob's digest, or a layer's diff ID where the archive has its layers unpacked.
    let name: Digest
    let blob: Descriptor
    let isLayer: Bool
}

extension SavedImage: ArchivedImage {
    var manifest: Descriptor { top.descriptor }

    var platforms: [Platform] {
        manifests.flatMap { manifest -> [Descriptor] in
            if case .index(let entries) = manifest.content { entries } else { [] }
        }
        .filter { entry in manifests.contains { $0.digest == entry.digest } }
        .compactMap(\.platform)
    }

    var parts: [ImagePart] {
        var seen: Set<Digest> = []
        return
            manifests.flatMap { manifest -> [ImagePart] in
                guard case .image(let configuration, let layers) = manifest.content else { return [] }
                let wanted = layers.filter { includesForeignLayers || !$0.isForeignLayer }
                return [ImagePart(name: configuration.digest, blob: configuration, isLayer: false)]
                    + wanted.map { ImagePart(name: $0.digest, blob: $0, isLayer: true) }
            }
            .filter { seen.insert($0.name).inserted }
    }
}

/// An image whose layers are unpacked on their way into the archive.
struct UnpackedImage: ArchivedImage {
    let saved: SavedImage
    let image: GraphDriverImage

    var reference: Reference { saved.reference }
    var manifest: Descriptor { saved.manifest }
    var platforms: [Platform] { saved.platforms }

    var parts: [ImagePart] {
        var seen: Set<Digest> = []
        return image.layers.map { ImagePart(name: $0.diffID, blob: $0.descriptor, isLayer: true) }
            .filter { seen.insert($0.name).inserted }
    }
}

/// Which images of a save have all their parts, and which cannot have them.
struct ImageLedger<Image: ArchivedImage>: Sendable {
    /// What is now known of a name.
    struct Verdict {
        let name: ImageName
        let outcome: OrderedOutcomes.Outcome
    }

    /// An image with all names that lead to it.
    private struct Entry {
        let image: Image
        var names: [ImageSearch<Image>.Found]
        /// The parts that are not there yet.
        var missing: Set<Digest>
        var hasFailed = false
    }

    private var entries: [Entry] = []
    /// The images that have each part, in the order of the list.
    private var owners: [Digest: [Int]] = [:]
    private var fates: [Digest: BlobOutcome.Fate] = [:]

    /// - Parameter found: in the order of the list. Two spellings of one name are one image.
    init(_ found: [ImageSearch<Image>.Found]) {
        var positions: [Reference: Int] = [:]
        for item in found {
            if let position = positions[item.reference] {
                entries[position].names.append(item)
            } else {
                positions[item.reference] = entries.count
                let names = item.image.parts.map(\.name)
                for name in names { owners[name, default: []].append(entries.count) }
                entries.append(Entry(image: item.image, names: [item], missing: Set(names)))
            }
        }
    }

    /// The images that have not failed, in the order of the list.
    var images: [Image] { entries.filter { !$0.hasFailed }.map(\.image) }

    /// The names that lead to those images.
    var names: [ImageSearch<Image>.Found] { entries.filter { !$0.hasFailed }.flatMap(\.names) }

    /// The parts of those images, each once, in the order of the list.
    var parts: [ImagePart] {
        var seen: Set<Digest> = []
        return images.flatMap(\.parts).filter { seen.insert($0.name).inserted }
    }

    /// The images that have a part, in the order of the list.
    func owners(of part: Digest) -> [Image] { owners[part, default: []].map { entries[$0].image } }

    /// The names of the images that have a part.
    func names(of part: Digest) -> [ImageName] {
        owners[part, default: []].flatMap { entries[$0].names.map(\.name) }
    }

    /// Whether a part is in its place.
    func has(_ part: Digest) -> Bool { fates[part] != nil }

    /// Whether an image that has not failed has a part.
    func isWanted(_ part: Digest) -> Bool { owners[part, default: []].contains { !entries[$0].hasFailed } }

    /// The size of all parts that have such a fate, in bytes.
    func bytes(where isCounted: (BlobOutcome.Fate) -> Bool) -> Int64 {
        parts.reduce(0) { $0 + (fates[$1.name].map(isCounted) ?? false ? $1.blob.size : 0) }
    }

    /// Notes that a part is in its place.
    ///
    /// - Returns: the names of the images that have all their parts now.
    mutating func complete(_ part: Digest, _ fate: BlobOutcome.Fate) -> [Verdict] {
        fates[part] = fate
        return owners[part, default: []]
            .flatMap { position -> [Verdict] in
                guard entries[position].missing.remove(part) != nil else { return [] }
                let entry = entries[position]
                return entry.missing.isEmpty && !entry.hasFailed ? successes(of: entry) : []
            }
    }

    /// Notes that a part cannot be had: the images that have it fail.
    ///
    /// - Returns: the names of those images, and the parts that no other image wants.
    mutating func fail(_ part: Digest, _ cause: String) -> (verdicts: [Verdict], unwanted: Set<Digest>) {
        let failed = owners[part, default: []].filter { !entries[$0].hasFailed }
        let verdicts = failed.flatMap { fail(at: $0, cause) }
        let unwanted = failed.flatMap { entries[$0].image.parts.map(\.name) }
            .filter { !isWanted($0) }
        return (verdicts, Set(unwanted))
    }

    /// Notes that an image fails whatever becomes of its parts.
    mutating func fail(_ reference: Reference, _ cause: String) -> [Verdict] {
        entries.indices.filter { entries[$0].image.reference == reference }.flatMap { fail(at: $0, cause) }
    }

    private mutating func fail(at position: Int, _ cause: String) -> [Verdict] {
        entries[position].hasFailed = true
        return entries[position].names
            .map { found in
                let whole = found.refusal.map { "\($0); docker's local store has it, but: \(cause)" } ?? cause
                return Verdict(name: found.name) { PullOutcome($0, .failed(cause: whole)) }
            }
    }

    private func successes(of entry: Entry) -> [Verdict] {
        let image = entry.image
        let blobs = image.parts.compactMap { part in
            fates[part.name].map { BlobOutcome(part.blob, isLayer: part.isLayer, $0) }
        }
        return entry.names.map { found in
            Verdict(name: found.name) { request in
                var outcome = PullOutcome(request, found.refusal.map { .foundLocally(cause: $0) } ?? .pulled)
                outcome.manifest = image.manifest
                outcome.platforms = image.platforms
                outcome.blobs = blobs
                return outcome
            }
        }
    }
}
