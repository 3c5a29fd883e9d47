import Engine
import ImageArchive
import OCI
import Registry
import SystemIO

/// Plans the steps of a load in their order.
///
/// The order of the steps alone decides which step uploads a blob and which steps mount it, so the output is the same in every run. The
/// manifests of an image are read once, by ``init(_:from:path:)``. An image without a manifest is built when its step is planned, which can
/// take minutes.
///
/// `@unchecked Sendable`: no lock; the loader calls the planner from one thread at a time.
final class PushPlanner: @unchecked Sendable {
    private let steps: [LoadStep]
    private let archives: ArchiveSet?
    private let path: String
    private let referrers: [Digest: [ArchivedReferrer]]
    /// The blobs that the archives omit and the registry has.
    var omitted = OmittedBlobLocator.Findings()
    /// The pushes by the index of their step, without blobs; removed when the step is planned. An image to be built has none.
    private var selected: [Int: Result<ImagePush, any Error>] = [:]
    /// The first repository of each registry that gets a blob.
    private var owners: [String: [Digest: Repository]] = [:]
    private var placed: Set<BlobLocation> = []
    private var pushed: Set<Reference> = []

    /// Selects the manifests of all steps.
    ///
    /// - Parameters:
    ///   - archives: `nil` if no archive could be opened: every push then fails.
    ///   - path: the paths of the archives, for errors.
    init(_ steps: [LoadStep], from archives: ArchiveSet?, path: String) {
        self.steps = steps
        self.archives = archives
        self.path = path
        referrers = Dictionary(grouping: archives?.referrers ?? [], by: \.subject)
        for (index, step) in steps.enumerated() where !isBuilt(step) {
            guard case .push(let source) = step.action else { continue }
            selected[index] = Result { try select(source.reference, as: step.target.reference) }
        }
    }

    /// The blobs that the archives omit, in the repositories of the selected pushes.
    var omittedBlobs: [BlobLocation] {
        steps.indices.compactMap { try? selected[$0]?.get() }
            .flatMap { push in
                let selections = [push.selection] + push.referrers.map(\.selection)
                return selections.flatMap(\.omittedBlobs)
                    .map { BlobLocation(digest: $0, repository: push.target.repository) }
            }
    }

    /// The size of the selected pushes' blobs, each counted once, in bytes.
    var size: Int64 {
        var seen: Set<Digest> = []
        return steps.indices.saturatedSum { index in
            guard let push = try? selected[index]?.get() else { return 0 }
            let blobs = push.selection.blobs + push.referrers.flatMap(\.selection.blobs)
            return blobs.saturatedSum { seen.insert($0.blob.digest).inserted ? $0.blob.size : 0 }
        }
    }

    /// Whether the archive has no manifest for the image of `step`, so that it has to be built.
    func isBuilt(_ step: LoadStep) -> Bool {
        guard case .push(let source) = step.action, let reference = try? source.reference else { return false }
        return archives?.image(reference).map { $0.image.original == nil } ?? false
    }

    /// Plans the step at `index`; called in the order of the steps.
    func plan(_ index: Int) -> PlannedStep {
        let step = steps[index]
        do {
            let target = try step.target.reference
            switch step.action {
            case .push(let source):
                let result = selected.removeValue(forKey: index)
                var push = try result?.get() ?? select(try source.reference, as: target)
                push.blobs = try place(push.selection, in: target.repository)
                placeReferrers(of: &push)
                pushed.insert(target)
                return PlannedStep(step: step, content: .push(push))
            case .manifestList(_, let members):
                let members = try members.map { try $0.reference }
                let pushed = members.filter(pushed.contains)
                return PlannedStep(step: step, content: .manifestList(target, of: members, after: pushed))
            }
        } catch {
            return PlannedStep(step: step, content: .failure(cause: "\(error)"))
        }
    }

    private func select(_ source: Reference, as target: Reference) throws -> ImagePush {
        guard let archives else { throw EngineError("\(path) could not be read") }
        guard target.digest == nil else { throw EngineError("refusing to create a tag with a digest reference") }
        guard let image = archives.image(source) else {
            throw EngineError("\(path) has no image called \(source.familiar)")
        }
        var push = ImagePush(target: target, selection: try image.select())
        selectReferrers(of: &push, from: source.repository, in: image.archive)
        return push
    }

    /// Adds the referrers of an image that the archive has, subjects first.
    ///
    /// - Parameter source: the repository of the image in the archive.
    private func selectReferrers(of push: inout ImagePush, from source: Repository, in archive: DockerArchive) {
        // An incomplete list is not pushed, but its referrers are valid once the list is in the registry.
        var subjects = [push.selection.source.digest] + push.selection.manifests.map(\.digest)
        var seenSubjects: Set<Digest> = []
        var seen: Set<String> = []
        var budget = ReferrerBudget()
        var next = 0
        while next < subjects.count {
            let subject = subjects[next]
            next += 1
            guard seenSubjects.insert(subject).inserted else { continue }
            for referrer in referrers[subject] ?? [] where (referrer.repository ?? source) == source {
                guard seen.insert("\(referrer.manifest.digest) \(referrer.tag ?? "")").inserted else { continue }
                do {
                    let selection = try PushSelection(of: referrer, in: archive)
                    guard budget.take(selection.manifests) else {
                        throw EngineError(budget.exhausted ?? "")
                    }
                    let name: ManifestName = referrer.tag.map { .tag($0) } ?? .digest(referrer.manifest.digest)
                    push.referrers.append(ReferrerPush(name: name, selection: selection))
                    subjects += selection.manifests.map(\.digest)
                } catch {
                    if budget.exhausted == nil { budget.fail("\(error)") }
                    push.notices.append(Notice(ofReferrerTo: push.target, cause: budget.exhausted ?? "\(error)"))
                    if budget.exhausted != nil { return }
                }
            }
        }
    }

    /// Plans the blobs of the referrers. A referrer with a blob that the registry lacks is left out.
    private func placeReferrers(of push: inout ImagePush) {
        let referrers = push.referrers
        push.referrers = []
        for var referrer in referrers {
            do {
                referrer.blobs = try place(referrer.selection, in: push.target.repository)
                push.referrers.append(referrer)
            } catch {
                push.notices.append(Notice(ofReferrerTo: push.target, cause: "\(error)"))
            }
        }
    }

    /// Returns the blobs that the manifests of `selection` require in `repository`, without duplicates.
    private func place(_ selection: PushSelection, in repository: Repository) throws -> [PlannedBlob] {
        var elsewhere: [Digest: Repository] = [:]
        for digest in selection.omittedBlobs {
            let location = BlobLocation(digest: digest, repository: repository)
            elsewhere[digest] = try omitted.repository(with: location, of: selection.archive.omitted[digest] ?? path)
        }
        // No errors from here on: later steps wait for the blobs that are recorded here.
        return selection.blobs.map { blob, isLayer in
            let owner = owners[repository.domain]?[blob.digest]
            if owner == nil { owners[repository.domain, default: [:]][blob.digest] = repository }
            let location = BlobLocation(digest: blob.digest, repository: repository)
            return PlannedBlob(
                blob: blob,
                isLayer: isLayer,
                content: selection.content(of: blob.digest),
                repository: repository,
                sibling: owner == repository ? nil : owner,
                isRepeated: !placed.insert(location).inserted,
                elsewhere: elsewhere[blob.digest]
            )
        }
    }
}

/// The planned work of one load step.
struct PlannedStep: Sendable {
    enum Content: Sendable {
        case push(ImagePush)
        /// A list of images in the registry, created after the pushes of this run that push some of the members.
        case manifestList(Reference, of: [Reference], after: [Reference])
        /// The step cannot be performed.
        case failure(cause: String)
    }

    let step: LoadStep
    let content: Content

    var push: ImagePush? {
        if case .push(let push) = content { push } else { nil }
    }

    /// The name that the step creates; `nil` if it cannot be performed.
    var target: Reference? {
        switch content {
        case .push(let push): push.target
        case .manifestList(let target, _, _): target
        case .failure: nil
        }
    }

    /// The size of the blobs that no earlier step uploads, in bytes.
    var size: Int64 { (push?.allBlobs ?? []).saturatedSum { $0.isFirst ? $0.blob.size : 0 } }
}

/// A push of an image, or of an index with its images.
struct ImagePush: Sendable {
    let target: Reference
    let selection: PushSelection
    /// The blobs of the image without duplicates.
    var blobs: [PlannedBlob] = []
    /// Referrers to push after the image; subjects precede their referrers.
    var referrers: [ReferrerPush] = []
    /// Notices about the referrers.
    var notices: [Notice] = []

    /// The blobs of the image and of its referrers.
    var allBlobs: [PlannedBlob] { blobs + referrers.flatMap(\.blobs) }
}

/// A push of a referrer to the repository of its subject.
struct ReferrerPush: Sendable {
    let name: ManifestName
    let selection: PushSelection
    /// The blobs without duplicates.
    var blobs: [PlannedBlob] = []
}

/// A blob that a repository needs.
struct PlannedBlob: Sendable {
    let blob: Descriptor
    /// Whether docker prints a line for the blob.
    let isLayer: Bool
    /// `nil` if the archive lacks the blob.
    let content: ArchivedContent?
    let repository: Repository
    /// The first repository of the same registry that gets the blob in this run, unless it is ``repository``.
    let sibling: Repository?
    /// Whether an earlier step uploads or mounts the blob in the same repository.
    let isRepeated: Bool
    /// A repository of the same registry that has the blob, which the archive omits; may be ``repository``.
    let elsewhere: Repository?

    /// Whether no earlier step of this run brings the blob into the registry.
    var isFirst: Bool { sibling == nil && !isRepeated }

    var location: BlobLocation { BlobLocation(digest: blob.digest, repository: repository) }
}

/// A blob in a repository.
struct BlobLocation: Hashable, Sendable {
    let digest: Digest
    let repository: Repository
}
