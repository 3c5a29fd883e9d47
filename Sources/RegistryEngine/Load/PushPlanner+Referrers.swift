import Engine
import ImageArchive
import OCI
import Registry

extension PushPlanner {
    /// Adds what the archive has that refers to an image, what something refers to before it.
    ///
    /// - Parameter source: the image's repository in the archive.
    func addReferrers(to push: inout ImagePush, from source: Repository, in archive: DockerArchive) {
        // Of a list that is not whole the list itself is not pushed; what refers to it holds once it is there.
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
                    push.referrers.append(
                        ReferrerPush(
                            name: referrer.tag.map { .tag($0) } ?? .digest(referrer.manifest.digest),
                            selection: selection,
                            blobs: try blobs(of: selection, in: push.target.repository, archive)
                        )
                    )
                    subjects += selection.manifests.map(\.digest)
                } catch {
                    if budget.exhausted == nil { budget.fail("\(error)") }
                    push.notices.append(Notice(ofReferrerTo: push.target, cause: budget.exhausted ?? "\(error)"))
                    if budget.exhausted != nil { return }
                }
            }
        }
    }
}

/// A referrer on the way to the repository of its image.
struct ReferrerPush: Sendable {
    /// What it is called there.
    let name: ManifestName
    let selection: PushSelection
    /// Its blobs, each once.
    let blobs: [PlannedBlob]
}
