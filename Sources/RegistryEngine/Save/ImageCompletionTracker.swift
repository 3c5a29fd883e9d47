import Engine
import ImageArchive
import OCI

/// The completion of a save's images: which images have all their blobs in the archive, and which cannot get them.
struct ImageCompletionTracker: Sendable {
    /// The final outcome of a name.
    struct Verdict {
        let name: ImageName
        let outcome: OrderedOutcomes.Outcome
    }

    /// The blobs of an image or of one of its referrers.
    private struct BlobGroup {
        let blobs: [SavedBlob]
        /// The IDs of the blobs that are not in the archive yet.
        var missing: Set<Digest>
        /// The reason that the group cannot be saved.
        var cause: String?

        init(_ blobs: [SavedBlob]) {
            self.blobs = blobs
            missing = Set(blobs.map(\.id))
        }
    }

    /// An image with all names that resolve to it.
    private struct Entry {
        let image: SavedImage
        var names: [ResolvedName]
        /// The blobs of the image, then those of each referrer. A referrer that fails does not fail the image.
        var groups: [BlobGroup]

        var hasFailed: Bool { groups[0].cause != nil }

        /// Whether the outcomes of the image and of all its referrers are known.
        var isSettled: Bool { hasFailed || groups.allSatisfy { $0.cause != nil || $0.missing.isEmpty } }

        /// The image with the referrers that have not failed.
        var remainingImage: SavedImage {
            var image = image
            image.referrers = zip(image.referrers, groups.dropFirst()).filter { $1.cause == nil }.map(\.0)
            return image
        }
    }

    /// The position of a blob group.
    private struct Owner {
        let entry: Int
        let group: Int
    }

    private var entries: [Entry] = []
    /// The groups that have each blob, in the order of the list.
    private var owners: [Digest: [Owner]] = [:]
    private var results: [Digest: BlobOutcome.Result] = [:]

    /// - Parameter names: the names in the order of the list. Two spellings of one name are one image.
    init(_ names: [ResolvedName]) {
        var positions: [Reference: Int] = [:]
        for name in names {
            if let position = positions[name.reference] {
                entries[position].names.append(name)
                continue
            }
            positions[name.reference] = entries.count
            let groups = ([name.image.savedBlobs] + name.image.referrers.map(\.savedBlobs)).map(BlobGroup.init)
            for (number, group) in groups.enumerated() {
                for id in group.missing { owners[id, default: []].append(Owner(entry: entries.count, group: number)) }
            }
            entries.append(Entry(image: name.image, names: [name], groups: groups))
        }
    }

    /// The images that have not failed, in the order of the list, with their referrers that have not failed.
    var images: [SavedImage] { entries.filter { !$0.hasFailed }.map(\.remainingImage) }

    /// The blobs of those images and referrers without duplicates, in the order of the list.
    var blobs: [SavedBlob] {
        images.flatMap { $0.savedBlobs + $0.referrers.flatMap(\.savedBlobs) }.withoutDuplicates
    }

    /// The outcomes of the images that have not failed, if all their blobs can be saved.
    var expectedVerdicts: [Verdict] { entries.filter { !$0.hasFailed }.flatMap(verdicts) }

    /// Returns the images that have a blob, directly or by a referrer, in the order of the list.
    func owners(of blob: Digest) -> [SavedImage] { owners[blob, default: []].map { entries[$0.entry].image } }

    /// Returns the names of the images that have a blob.
    func names(of blob: Digest) -> [ImageName] {
        owners[blob, default: []].flatMap { entries[$0.entry].names.map(\.name) }
    }

    /// Whether a blob is in the archive.
    func has(_ blob: Digest) -> Bool { results[blob] != nil }

    /// Whether an image or a referrer that has not failed has a blob.
    func isWanted(_ blob: Digest) -> Bool {
        owners[blob, default: []]
            .contains { owner in
                let entry = entries[owner.entry]
                return !entry.hasFailed && entry.groups[owner.group].cause == nil
            }
    }

    /// Returns the size of all blobs with a result, in bytes.
    func bytes(with result: BlobOutcome.Result) -> Int64 {
        blobs.reduce(0) { $0 + (results[$1.id] == result ? $1.descriptor.size : 0) }
    }

    /// Records that a blob is in the archive.
    ///
    /// - Returns: the outcomes of the images that are complete now.
    mutating func complete(_ blob: Digest, _ result: BlobOutcome.Result) -> [Verdict] {
        results[blob] = result
        return owners[blob, default: []].flatMap { owner in update(owner) { $0.missing.remove(blob) } }
    }

    /// Records that a blob cannot be saved: images that have it fail, and referrers that have it are omitted.
    ///
    /// - Returns: the outcomes that this decides, and the blobs that no other image or referrer needs.
    mutating func fail(_ blob: Digest, _ cause: String) -> (verdicts: [Verdict], unwanted: Set<Digest>) {
        var verdicts: [Verdict] = []
        var lost: [SavedBlob] = []
        for owner in owners[blob, default: []] where !entries[owner.entry].hasFailed {
            verdicts += fail(owner, cause)
            let groups = entries[owner.entry].groups
            lost += owner.group == 0 ? groups.flatMap(\.blobs) : groups[owner.group].blobs
        }
        return (verdicts, Set(lost.map(\.id).filter { !isWanted($0) }))
    }

    /// Records that an image, or one of its referrers, cannot be saved.
    ///
    /// - Parameter referrer: the position of the referrer in the list of the image's referrers; `nil` for the image.
    mutating func fail(_ reference: Reference, referrer: Int? = nil, _ cause: String) -> [Verdict] {
        guard let entry = entries.firstIndex(where: { $0.image.reference == reference }) else { return [] }
        return fail(Owner(entry: entry, group: referrer.map { $0 + 1 } ?? 0), cause)
    }

    private mutating func fail(_ owner: Owner, _ cause: String) -> [Verdict] {
        update(owner) { $0.cause = $0.cause ?? cause }
    }

    /// Changes a blob group.
    ///
    /// - Returns: the outcomes of the image's names, if the change decides them.
    private mutating func update(_ owner: Owner, _ change: (inout BlobGroup) -> Void) -> [Verdict] {
        let wasSettled = entries[owner.entry].isSettled
        change(&entries[owner.entry].groups[owner.group])
        let entry = entries[owner.entry]
        return !wasSettled && entry.isSettled ? verdicts(of: entry) : []
    }

    private func outcomes(of blobs: [SavedBlob]) -> [BlobOutcome] {
        blobs.withoutDuplicates.compactMap { blob in
            results[blob.id].map { BlobOutcome(blob.descriptor, isLayer: blob.isLayer, $0) }
        }
    }

    private func verdicts(of entry: Entry) -> [Verdict] {
        if let cause = entry.groups[0].cause {
            return entry.names.map { name in
                let cause = name.refusal.map { "\($0); docker's local store has it, but: \(cause)" } ?? cause
                return Verdict(name: name.name) { PullOutcome($0, .failed(cause: cause)) }
            }
        }
        let image = entry.remainingImage
        let blobs = outcomes(of: image.savedBlobs)
        let referrerBlobs = outcomes(of: image.referrers.flatMap(\.savedBlobs))
        let omissions = entry.groups.compactMap(\.cause).map { Notice(ofReferrerTo: image.reference, cause: $0) }
        return entry.names.map { name in
            Verdict(name: name.name) { request in
                var outcome = PullOutcome(request, name.refusal.map { .foundLocally(cause: $0) } ?? .pulled)
                outcome.manifest = image.top.descriptor
                outcome.platforms = image.platforms
                outcome.blobs = blobs
                outcome.referrers = image.referrers.count
                outcome.referrerBlobs = referrerBlobs
                outcome.notices = entry.names[0].notices + omissions
                return outcome
            }
        }
    }
}
