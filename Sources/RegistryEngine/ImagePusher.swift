import ByteIO
import DockerArchive
import ImageModel
import Registry
import ScriptInterface

/// Carries out what was planned for a step.
struct ImagePusher: Sendable {
    /// What a step printed, and how it ended.
    struct Account: Sendable {
        var lines: [String] = []
        var notice: String?
        /// Why the step failed; `nil` where it did not.
        var cause: String?
    }

    private let client: RegistryClient
    private let archive: DockerArchive?
    private let transfers: Limiter
    private let blobs = Board<PlacementKey>()
    private let names = Board<Reference>()

    /// - Parameter jobs: how many blobs are asked for or sent at a time.
    init(client: RegistryClient, archive: DockerArchive?, jobs: Int) {
        self.client = client
        self.archive = archive
        self.transfers = Limiter(jobs)
    }

    func perform(_ work: PushPlan.Work) async -> Account {
        switch work {
        case .failure(let cause):
            return Account(cause: cause)
        case .push(let push):
            let account = await perform(push)
            await names.settle(push.target, account.cause == nil)
            return account
        case .manifestList(let target, let members, let after):
            for member in after { _ = await names.isDone(member) }
            do {
                let digest = try await ManifestListBuilder(client: client).build(target, of: members)
                return Account(lines: [ScriptLines.createdManifestList(target.description), digest.description])
            } catch {
                return Account(cause: "\(error)")
            }
        }
    }

    private func perform(_ push: PushPlan.Push) async -> Account {
        var account = Account(lines: [ScriptLines.pushing(to: push.target.name)], notice: push.notice)
        do {
            let outcomes = try await place(push.placements.map(\.placement), composed: push.composed)
            for (outcome, (placement, isLayer)) in zip(outcomes, push.placements) where isLayer {
                account.lines.append(Self.line(placement.blob.digest.short, outcome))
            }
            let top = try await ManifestPusher(client: client, archive: archive, push: push).put()
            if top.digest != push.top.digest {
                account.notice =
                    "the registry refuses manifests with URLs; its foreign layers were pushed as ordinary ones"
            }
            account.lines.append(
                ScriptLines.pushed(
                    tag: push.target.tag ?? "latest",
                    digest: top.digest.description,
                    size: top.bytes.count
                )
            )
        } catch {
            account.cause = "\(error)"
        }
        return account
    }

    private static func line(_ id: String, _ placement: BlobPlacement) -> String {
        switch placement {
        case .existing: ScriptLines.alreadyExists(id)
        case .mounted(let repository): ScriptLines.mounted(id, from: repository.path)
        case .uploaded: ScriptLines.pushed(id)
        }
    }

    /// Brings all blobs of an image to its repository.
    ///
    /// Each is told to the board whatever becomes of it, since other images may wait for it.
    private func place(
        _ placements: [PushPlan.Placement],
        composed: [Digest: ArchivedContent]
    ) async throws -> [BlobPlacement] {
        try await withThrowingTaskGroup(of: (Int, BlobPlacement).self) { group in
            for (index, placement) in placements.enumerated() {
                group.addTask { [self] in
                    do {
                        let outcome = try await place(placement, composed: composed[placement.blob.digest])
                        await blobs.settle(placement.key, true)
                        return (index, outcome)
                    } catch {
                        if !placement.isRepeated { await blobs.settle(placement.key, false) }
                        throw error
                    }
                }
            }
            var outcomes = [BlobPlacement](repeating: .existing, count: placements.count)
            for try await (index, outcome) in group { outcomes[index] = outcome }
            return outcomes
        }
    }

    private func place(_ placement: PushPlan.Placement, composed: ArchivedContent?) async throws -> BlobPlacement {
        if placement.isRepeated, await blobs.isDone(placement.key) { return .existing }
        var sibling: Repository?
        if let owner = placement.sibling {
            let isThere = await blobs.isDone(PlacementKey(digest: placement.blob.digest, repository: owner))
            sibling = isThere ? owner : nil
        }
        return try await transfers.run { [sibling] in
            if try await client.hasBlob(placement.blob.digest, in: placement.repository) { return .existing }
            guard let content = composed ?? archive?.blob(placement.blob.digest) else {
                throw PlanningError("the archive lacks the blob \(placement.blob.digest)")
            }
            return try await client.upload(
                placement.blob,
                from: ArchivedBlob(content: content),
                to: placement.repository,
                mountingFrom: sibling
            )
        }
    }

    private struct ArchivedBlob: BlobSource {
        let content: ArchivedContent

        var size: Int64 { content.size }

        func open() throws -> any ByteSource { try content.open() }
    }
}
