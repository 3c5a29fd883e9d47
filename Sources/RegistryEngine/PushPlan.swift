import DockerArchive
import ImageEngine
import ImageModel

/// What each step of a load has to bring into the registry, made before anything is sent.
///
/// Who sends a blob and who mounts it follows from the order of the list alone, so the output is the same in every run.
struct PushPlan: Sendable {
    /// A blob that has to be in a repository.
    struct Placement: Sendable, Hashable {
        let blob: Descriptor
        let repository: Repository
        /// The first repository of the same registry that gets the blob in this run, if that is another one.
        let sibling: Repository?
        /// Whether an earlier step places the blob in the same repository.
        let isRepeated: Bool

        var key: PlacementKey { PlacementKey(digest: blob.digest, repository: repository) }
    }

    /// An image, or several and their index, on the way to a name.
    struct Push: Sendable {
        let target: Reference
        /// Layers and configurations, each once; `isLayer` tells whether docker prints a line for it.
        let placements: [(placement: Placement, isLayer: Bool)]
        /// What is put by digest before the name: the images of an index.
        let children: [Manifest]
        /// What gets the name.
        let top: Manifest
        /// The blobs that were composed for it.
        let composed: [Digest: ArchivedContent]
        /// What the user should know of it.
        let notice: String?
    }

    /// What a step comes to.
    enum Work: Sendable {
        case push(Push)
        case manifestList(target: Reference, members: [Reference], after: [Reference])
        case failure(cause: String)
    }

    let works: [Work]

    /// Plans the steps.
    ///
    /// - Parameters:
    ///   - archive: `nil` where it could not be opened: every push then fails.
    ///   - composer: of the archive.
    ///   - path: what the archive is called.
    init(_ steps: [LoadStep], archive: DockerArchive?, composer: ImageComposer?, path: String) {
        var planner = Planner(archive: archive, composer: composer, path: path)
        works = steps.map { planner.work(for: $0) }
    }
}

/// A blob in a repository. That a blob exists is true of a repository only, never of a registry.
struct PlacementKey: Hashable, Sendable {
    let digest: Digest
    let repository: Repository
}

/// Plans one step after the other.
private struct Planner {
    let archive: DockerArchive?
    let composer: ImageComposer?
    let path: String
    private let byName: [String: DockerArchive.Image]
    private let byDigest: [Digest: DockerArchive.Image]
    /// The first repository of each registry that gets a blob.
    private var owners: [String: [Digest: Repository]] = [:]
    private var placed: Set<PlacementKey> = []
    private var pushed: Set<Reference> = []

    init(archive: DockerArchive?, composer: ImageComposer?, path: String) {
        self.archive = archive
        self.composer = composer
        self.path = path
        let images = archive?.images ?? []
        byName = Dictionary(images.compactMap { image in image.reference.map { ($0.description, image) } }) { $1 }
        byDigest = Dictionary(images.map { ($0.id, $0) }) { first, _ in first }
    }

    mutating func work(for step: LoadStep) -> PushPlan.Work {
        do {
            switch step {
            case .push(let source, let target):
                return .push(try push(try Reference(source).withDefaultTag, to: try Reference(target).withDefaultTag))
            case .manifestList(let target, let members):
                let members = try members.map { try Reference($0).withDefaultTag }
                return .manifestList(
                    target: try Reference(target).withDefaultTag,
                    members: members,
                    after: members.filter(pushed.contains)
                )
            }
        } catch {
            return .failure(cause: "\(error)")
        }
    }

    private mutating func push(_ source: Reference, to target: Reference) throws -> PushPlan.Push {
        guard let archive, let composer else { throw PlanningError("\(path) could not be read") }
        guard target.digest == nil else { throw PlanningError("refusing to create a tag with a digest reference") }
        guard let image = source.digest.map({ byDigest[$0] }) ?? byName[source.description] else {
            throw PlanningError("\(path) has no image called \(source.familiar)")
        }
        let selection = try ArchiveSelection(of: image, in: archive, composer: composer)
        var placements: [(PushPlan.Placement, Bool)] = []
        var seen: Set<Digest> = []
        for manifest in selection.manifests {
            guard case .image(let configuration, let layers) = manifest.content else { continue }
            for (blob, isLayer) in layers.map({ ($0, true) }) + [(configuration, false)] {
                guard seen.insert(blob.digest).inserted, !blob.isForeignLayer || archive.blob(blob.digest) != nil else {
                    continue
                }
                placements.append((place(blob, in: target.repository), isLayer))
            }
        }
        pushed.insert(target)
        return PushPlan.Push(
            target: target,
            placements: placements,
            children: selection.manifests.filter { $0.digest != selection.top.digest },
            top: selection.top,
            composed: selection.composed,
            notice: selection.notice
        )
    }

    private mutating func place(_ blob: Descriptor, in repository: Repository) -> PushPlan.Placement {
        let owner = owners[repository.domain]?[blob.digest]
        if owner == nil { owners[repository.domain, default: [:]][blob.digest] = repository }
        let key = PlacementKey(digest: blob.digest, repository: repository)
        return PushPlan.Placement(
            blob: blob,
            repository: repository,
            sibling: owner == repository ? nil : owner,
            isRepeated: !placed.insert(key).inserted
        )
    }
}
