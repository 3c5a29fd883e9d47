import Engine
import ImageArchive
import OCI
import SystemIO

/// What the steps of a load have to bring into the registry, planned one after the other.
///
/// Who sends a blob and who mounts it follows from the order of the steps alone, so the output is the same in every run. An image
/// that the archive has in parts is composed when its step is planned, which can take minutes.
///
/// Used from one thread at a time, which is what `@unchecked` stands for.
final class PushPlanner: @unchecked Sendable {
    private let archives: ArchiveSet?
    private let path: String
    /// Where the registry has the blobs that the archive leaves out.
    private let omitted: OmittedBlobLocator.Findings
    /// By what they refer to.
    let referrers: [Digest: [ArchivedReferrer]]
    /// The first repository of each registry that gets a blob.
    private var owners: [String: [Digest: Repository]] = [:]
    private var placed: Set<BlobLocation> = []
    private var pushed: Set<Reference> = []

    /// - Parameters:
    ///   - archives: `nil` where none could be opened: every push then fails.
    ///   - path: what they are called.
    ///   - omitted: where the registry has the blobs that the archive leaves out.
    init(
        _ archives: ArchiveSet?,
        path: String,
        omitted: OmittedBlobLocator.Findings = OmittedBlobLocator.Findings()
    ) {
        self.omitted = omitted
        self.archives = archives
        self.path = path
        referrers = Dictionary(grouping: archives?.referrers ?? [], by: \.subject)
    }

    /// How many bytes the blobs of the images have that need not be composed, each counted once.
    func size(of steps: [LoadStep]) -> Int64 {
        var seen: Set<Digest> = []
        return steps.saturatedSum { step in
            guard let image = image(for: step), image.image.original != nil,
                (try? step.target.reference)?.digest == nil, let selection = try? image.select()
            else { return 0 }
            return selection.blobs.saturatedSum { seen.insert($0.blob.digest).inserted ? $0.blob.size : 0 }
        }
    }

    /// Whether planning a step may take long.
    func composes(_ step: LoadStep) -> Bool {
        image(for: step).map { $0.image.original == nil } ?? false
    }

    private func image(for step: LoadStep) -> ArchiveSet.Image? {
        guard case .push(let source) = step.action, let reference = try? source.reference else { return nil }
        return archives?.image(reference)
    }

    /// Plans the next step.
    func work(for step: LoadStep) -> PlannedStep {
        do {
            let target = try step.target.reference
            switch step.action {
            case .push(let source):
                return PlannedStep(step, .push(try push(try source.reference, to: target)))
            case .manifestList(_, let members):
                let members = try members.map { try $0.reference }
                return PlannedStep(step, .manifestList(target, of: members, after: members.filter(pushed.contains)))
            }
        } catch {
            return PlannedStep(step, .failure(cause: "\(error)"))
        }
    }

    private func push(_ source: Reference, to target: Reference) throws -> ImagePush {
        guard let archives else { throw EngineError("\(path) could not be read") }
        guard target.digest == nil else { throw EngineError("refusing to create a tag with a digest reference") }
        guard let image = archives.image(source) else {
            throw EngineError("\(path) has no image called \(source.familiar)")
        }
        let selection = try image.select()
        let blobs = try blobs(of: selection, in: target.repository, image.archive)
        var push = ImagePush(target: target, selection: selection, blobs: blobs)
        addReferrers(to: &push, from: source.repository, in: image.archive)
        pushed.insert(target)
        return push
    }

    /// What has to be in a repository for manifests, each once.
    func blobs(
        of selection: PushSelection,
        in repository: Repository,
        _ archive: DockerArchive
    ) throws -> [PlannedBlob] {
        let blobs = try selection.blobs.map { blob, isLayer -> WantedBlob in
            var wanted = WantedBlob(blob: blob, isLayer: isLayer, content: selection.content(of: blob.digest))
            if wanted.content == nil, let older = archive.omitted[blob.digest] {
                let location = BlobLocation(digest: blob.digest, repository: repository)
                wanted.elsewhere = try omitted.repository(with: location, of: older)
            }
            return wanted
        }
        // Nothing can fail any more: others wait for what is placed here.
        return blobs.map { place($0, in: repository) }
    }

    /// A blob that an image needs.
    private struct WantedBlob {
        let blob: Descriptor
        let isLayer: Bool
        let content: ArchivedContent?
        var elsewhere: Repository?
    }

    private func place(_ wanted: WantedBlob, in repository: Repository) -> PlannedBlob {
        let blob = wanted.blob
        let owner = owners[repository.domain]?[blob.digest]
        if owner == nil { owners[repository.domain, default: [:]][blob.digest] = repository }
        let location = BlobLocation(digest: blob.digest, repository: repository)
        return PlannedBlob(
            blob: blob,
            isLayer: wanted.isLayer,
            content: wanted.content,
            repository: repository,
            sibling: owner == repository ? nil : owner,
            isRepeated: !placed.insert(location).inserted,
            elsewhere: wanted.elsewhere
        )
    }
}

/// What a step of a load comes to.
struct PlannedStep: Sendable {
    enum Content: Sendable {
        case push(ImagePush)
        /// A list of images in the registry, once the pushes of this run that some of them come from have ended.
        case manifestList(Reference, of: [Reference], after: [Reference])
        /// The step cannot be done.
        case failure(cause: String)
    }

    let step: LoadStep
    let content: Content

    /// How many bytes the blobs have that no step before this one sends.
    var size: Int64 {
        guard case .push(let push) = content else { return 0 }
        return push.blobs.saturatedSum { $0.isFirst ? $0.blob.size : 0 }
    }

    /// The same of what refers to the image.
    var referrerSize: Int64 {
        guard case .push(let push) = content else { return 0 }
        return push.referrers.flatMap(\.blobs).saturatedSum { $0.isFirst ? $0.blob.size : 0 }
    }

    init(_ step: LoadStep, _ content: Content) {
        self.step = step
        self.content = content
    }
}

/// An image, or several and their index, on the way to a name.
struct ImagePush: Sendable {
    let target: Reference
    /// What of the archive gets the name.
    let selection: PushSelection
    /// Its blobs, each once.
    let blobs: [PlannedBlob]
    /// What refers to it, to be pushed once it is there: what something refers to before it.
    var referrers: [ReferrerPush] = []
    /// What the user should know of those.
    var notices: [Notice] = []

    /// Its blobs, and those of its referrers.
    var allBlobs: [PlannedBlob] { blobs + referrers.flatMap(\.blobs) }
}

/// A blob that has to be in a repository.
struct PlannedBlob: Sendable {
    let blob: Descriptor
    /// Whether docker prints a line for the blob.
    let isLayer: Bool
    /// `nil` where the archive lacks it.
    let content: ArchivedContent?
    let repository: Repository
    /// The first repository of the same registry that gets the blob in this run, if that is another one.
    let sibling: Repository?
    /// Whether an earlier step places the blob in the same repository.
    let isRepeated: Bool
    /// For a blob that the archive leaves out, a repository of the same registry that has it, which may be this one.
    let elsewhere: Repository?

    /// Whether no earlier step of this run places it in the registry.
    var isFirst: Bool { sibling == nil && !isRepeated }

    var location: BlobLocation { BlobLocation(digest: blob.digest, repository: repository) }
}

/// A blob in a repository. That a blob exists is true of a repository only, never of a registry.
struct BlobLocation: Hashable, Sendable {
    let digest: Digest
    let repository: Repository
}
