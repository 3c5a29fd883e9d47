import Engine
import ImageArchive
import OCI

/// An image as a save brings it into an archive, in parts that other images may share.
protocol ArchivedImage: Sendable {
    var reference: Reference { get }
    /// What the name leads to.
    var manifest: Descriptor { get }
    /// The platforms that its index tells of; empty where the name leads to an image.
    var platforms: [Platform] { get }
    /// What has to be in the archive, each once.
    var parts: [ImagePart] { get }
    /// What is saved with the image where it can be had.
    var referrers: [SavedReferrer] { get set }
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

extension SavedReferrer {
    /// What has to be in the archive.
    var parts: [ImagePart] { blobs.map { ImagePart(name: $0.digest, blob: $0, isLayer: false) } }
}

/// An image whose layers are unpacked on their way into the archive.
struct UnpackedImage: ArchivedImage {
    var saved: SavedImage
    let image: GraphDriverImage

    var reference: Reference { saved.reference }
    var manifest: Descriptor { saved.manifest }
    var platforms: [Platform] { saved.platforms }

    var referrers: [SavedReferrer] {
        get { saved.referrers }
        set { saved.referrers = newValue }
    }

    var parts: [ImagePart] {
        var seen: Set<Digest> = []
        return image.layers.map { ImagePart(name: $0.diffID, blob: $0.descriptor, isLayer: true) }
            .filter { seen.insert($0.name).inserted }
    }
}

/// Which images of a save have all their parts, and which cannot have them.
struct ImageCompletionTracker<Image: ArchivedImage>: Sendable {
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
        var referrers: [ReferrerEntry]

        /// Whether it is known what became of the image and of all that refers to it.
        var isSettled: Bool { hasFailed || missing.isEmpty && referrers.allSatisfy(\.isSettled) }
    }

    /// What refers to an image. That it cannot be had fails no image.
    private struct ReferrerEntry {
        let referrer: SavedReferrer
        /// The parts that are not there yet.
        var missing: Set<Digest>
        /// Why it cannot be had.
        var cause: String?

        var isSettled: Bool { cause != nil || missing.isEmpty }
    }

    /// Who has a part: an image, or one of its referrers.
    private struct Owner {
        let position: Int
        let referrer: Int?
    }

    private var entries: [Entry] = []
    /// Who has each part, in the order of the list.
    private var owners: [Digest: [Owner]] = [:]
    private var fates: [Digest: BlobOutcome.Result] = [:]

    /// - Parameter found: in the order of the list. Two spellings of one name are one image.
    init(_ found: [ImageSearch<Image>.Found]) {
        var positions: [Reference: Int] = [:]
        for item in found {
            if let position = positions[item.reference] {
                entries[position].names.append(item)
            } else {
                let position = entries.count
                positions[item.reference] = position
                let names = own(item.image.parts, Owner(position: position, referrer: nil))
                let referrers = item.image.referrers.enumerated()
                    .map { number, referrer in
                        let names = own(referrer.parts, Owner(position: position, referrer: number))
                        return ReferrerEntry(referrer: referrer, missing: names)
                    }
                entries.append(Entry(image: item.image, names: [item], missing: names, referrers: referrers))
            }
        }
    }

    /// The names that lead to those images.
    var names: [ImageSearch<Image>.Found] { entries.filter { !$0.hasFailed }.flatMap(\.names) }

    private mutating func own(_ parts: [ImagePart], _ owner: Owner) -> Set<Digest> {
        let names = Set(parts.map(\.name))
        for name in names { owners[name, default: []].append(owner) }
        return names
    }

    /// The images that have not failed, in the order of the list, with those of their referrers that have not.
    var images: [Image] {
        entries.filter { !$0.hasFailed }
            .map { entry in
                var image = entry.image
                image.referrers = entry.referrers.filter { $0.cause == nil }.map(\.referrer)
                return image
            }
    }

    /// The parts of those images and referrers, each once, in the order of the list.
    var parts: [ImagePart] {
        var seen: Set<Digest> = []
        return images.flatMap { $0.parts + $0.referrers.flatMap(\.parts) }.filter { seen.insert($0.name).inserted }
    }

    /// The images that have a part, themselves or by a referrer, in the order of the list.
    func owners(of part: Digest) -> [Image] { owners[part, default: []].map { entries[$0.position].image } }

    /// The names of the images that have a part.
    func names(of part: Digest) -> [ImageName] {
        owners[part, default: []].flatMap { entries[$0.position].names.map(\.name) }
    }

    /// Whether a part is in its place.
    func has(_ part: Digest) -> Bool { fates[part] != nil }

    /// Whether an image or a referrer that has not failed has a part.
    func isWanted(_ part: Digest) -> Bool {
        owners[part, default: []]
            .contains { owner in
                let entry = entries[owner.position]
                return !entry.hasFailed && owner.referrer.map { entry.referrers[$0].cause == nil } ?? true
            }
    }

    /// The size of all parts that have such a fate, in bytes.
    func bytes(where isCounted: (BlobOutcome.Result) -> Bool) -> Int64 {
        parts.reduce(0) { $0 + (fates[$1.name].map(isCounted) ?? false ? $1.blob.size : 0) }
    }

    /// Notes that a part is in its place.
    ///
    /// - Returns: the names of the images that have all their parts now, and of whose referrers nothing is outstanding.
    mutating func complete(_ part: Digest, _ fate: BlobOutcome.Result) -> [Verdict] {
        fates[part] = fate
        return owners[part, default: []]
            .flatMap { owner in
                change(owner) { entry in
                    if let number = owner.referrer {
                        entry.referrers[number].missing.remove(part)
                    } else {
                        entry.missing.remove(part)
                    }
                }
            }
    }

    /// Notes that a part cannot be had: the images that have it fail, and the referrers that have it are left out.
    ///
    /// - Returns: the names of which that decides, and the parts that nothing else wants.
    mutating func fail(_ part: Digest, _ cause: String) -> (verdicts: [Verdict], unwanted: Set<Digest>) {
        var verdicts: [Verdict] = []
        var lost: [ImagePart] = []
        for owner in owners[part, default: []] where !entries[owner.position].hasFailed {
            let image = entries[owner.position].image
            if let number = owner.referrer {
                verdicts += fail(referrer: number, at: owner.position, cause)
                lost += image.referrers[number].parts
            } else {
                verdicts += fail(at: owner.position, cause)
                lost += image.parts + image.referrers.flatMap(\.parts)
            }
        }
        return (verdicts, Set(lost.map(\.name).filter { !isWanted($0) }))
    }

    /// Notes that a referrer of an image is left out whatever becomes of its parts.
    ///
    /// - Parameter number: its position among the referrers that the image was found with.
    mutating func fail(referrer number: Int, of reference: Reference, _ cause: String) -> [Verdict] {
        entries.indices.filter { entries[$0].image.reference == reference }
            .flatMap { fail(referrer: number, at: $0, cause) }
    }

    /// Notes that an image fails whatever becomes of its parts.
    mutating func fail(_ reference: Reference, _ cause: String) -> [Verdict] {
        entries.indices.filter { entries[$0].image.reference == reference }.flatMap { fail(at: $0, cause) }
    }

    private mutating func fail(referrer number: Int, at position: Int, _ cause: String) -> [Verdict] {
        change(Owner(position: position, referrer: number)) { entry in
            if entry.referrers[number].cause == nil { entry.referrers[number].cause = cause }
        }
    }

    /// Changes what is known of an image.
    ///
    /// - Returns: its names, if it is a success by that.
    private mutating func change(_ owner: Owner, _ change: (inout Entry) -> Void) -> [Verdict] {
        let wasSettled = entries[owner.position].isSettled
        change(&entries[owner.position])
        let entry = entries[owner.position]
        return !wasSettled && entry.isSettled ? successes(of: entry) : []
    }

    private mutating func fail(at position: Int, _ cause: String) -> [Verdict] {
        entries[position].hasFailed = true
        return entries[position].names
            .map { found in
                let whole = found.refusal.map { "\($0); docker's local store has it, but: \(cause)" } ?? cause
                return Verdict(name: found.name) { PullOutcome($0, .failed(cause: whole)) }
            }
    }

    private func outcomes(of parts: [ImagePart]) -> [BlobOutcome] {
        var seen: Set<Digest> = []
        return parts.filter { seen.insert($0.name).inserted }
            .compactMap { part in fates[part.name].map { BlobOutcome(part.blob, isLayer: part.isLayer, $0) } }
    }

    private func successes(of entry: Entry) -> [Verdict] {
        let image = entry.image
        let blobs = outcomes(of: image.parts)
        let referrers = entry.referrers.filter { $0.cause == nil }
        let referrerBlobs = outcomes(of: referrers.flatMap(\.referrer.parts))
        let notices = entry.referrers.compactMap(\.cause).map { Notice(ofReferrerTo: image.reference, cause: $0) }
        return entry.names.map { found in
            Verdict(name: found.name) { request in
                var outcome = PullOutcome(request, found.refusal.map { .foundLocally(cause: $0) } ?? .pulled)
                outcome.manifest = image.manifest
                outcome.platforms = image.platforms
                outcome.blobs = blobs
                outcome.referrers = referrers.count
                outcome.referrerBlobs = referrerBlobs
                outcome.notices = entry.names[0].notices + notices
                return outcome
            }
        }
    }
}
