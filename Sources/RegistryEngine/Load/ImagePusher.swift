import Engine
import ImageArchive
import OCI
import Registry
import SystemIO

/// Performs the planned steps of a load.
struct ImagePusher: Sendable {
    let client: RegistryClient
    /// Limits updates of referrers tags to one at a time: each reads and rewrites a list.
    let referrerLists = Limiter(1)
    private let transfers: Limiter
    private let temporaryDirectory: String
    let counters: TransferCounters
    let placed = CompletionTracker<BlobLocation>()
    private let names = CompletionTracker<Reference>()
    private let verifier: PushVerifier

    /// - Parameters:
    ///   - jobs: the number of concurrent blob checks and uploads.
    ///   - temporaryDirectory: the directory for blobs that are downloaded from one repository and uploaded to another.
    init(client: RegistryClient, jobs: Int, temporaryDirectory: String, counters: TransferCounters) {
        self.temporaryDirectory = temporaryDirectory
        self.client = client
        self.transfers = Limiter(jobs)
        self.counters = counters
        verifier = PushVerifier(client: client)
    }

    func perform(_ planned: PlannedStep) async -> LoadOutcome {
        let start = ContinuousClock.now
        let retries = RetryCounter()
        var outcome = await RetryCounter.$current.withValue(retries) { await self.outcome(of: planned) }
        outcome.statistics = TransferStatistics(duration: start.duration(to: .now), tries: 1 + retries.count)
        return outcome
    }

    private func outcome(of planned: PlannedStep) async -> LoadOutcome {
        let step = planned.step
        switch planned.content {
        case .failure(let cause):
            return LoadOutcome(step, cause: cause)
        case .push(let push):
            let outcome = await perform(push, for: step)
            await names.settle(push.target, outcome.cause == nil)
            return outcome
        case .manifestList(let target, let members, let after):
            for member in after { _ = await names.isDone(member) }
            do {
                let (digest, notices) = try await ManifestListBuilder(client: client).build(target, of: members)
                let outcome = LoadOutcome(step, .manifestList(target, digest), notices: notices)
                return await verifier.verify(digest, at: target, outcome)
            } catch {
                return LoadOutcome(step, cause: "\(error)")
            }
        }
    }

    private func perform(_ push: ImagePush, for step: LoadStep) async -> LoadOutcome {
        let selection = push.selection
        var product = LoadOutcome.Push(target: push.target, source: selection.source)
        product.platforms = selection.platforms
        var notices =
            (selection.notice.map { [Notice(.incompleteList, "\(step.target): \($0)")] } ?? []) + push.notices
        do {
            product.blobs = try await place(push.blobs)
            var pusher = ManifestPusher(client: client, push: push)
            let manifest = try await pusher.put()
            product.manifest = manifest.descriptor
            notices += Self.notices(of: pusher.changes, step.target, planned: selection.top, put: manifest)
            if pusher.wasThere {
                notices.append(
                    Notice(
                        .immutable,
                        "\(step.target): the tag is immutable, and has this image already"
                    )
                )
            }
            let lost = await pushReferrers(of: push)
            product.referrers = push.referrers.count - lost.count
            let outcome = LoadOutcome(step, .push(product), notices: notices + lost)
            return await verifier.verify(manifest.digest, at: push.target, outcome)
        } catch {
            await abandonReferrers(of: push)
            return LoadOutcome(step, .push(product), notices: notices, cause: "\(error)")
        }
    }

    private static func notices(
        of changes: Set<ManifestPusher.Change>,
        _ target: ImageName,
        planned: Manifest,
        put: Manifest
    ) -> [Notice] {
        var notices: [Notice] = []
        if changes.contains(.ordinaryLayers) {
            notices.append(
                Notice(
                    .foreignLayersPushed,
                    "\(target): the registry refuses manifests with URLs; its foreign layers were pushed as ordinary ones"
                )
            )
        }
        if changes.contains(.schema2) {
            notices.append(
                Notice(
                    .pushedAsSchema2,
                    "\(target): the registry takes no OCI manifests; it was pushed as docker's schema 2, so its digest is"
                        + " \(put.digest) instead of \(planned.digest)"
                )
            )
        }
        return notices
    }

    /// Uploads or mounts the blobs of an image.
    ///
    /// Settles every blob, also a failed one, because other images may wait for it.
    func place(_ blobs: [PlannedBlob]) async throws -> [BlobOutcome] {
        try await withThrowingTaskGroup(of: (Int, BlobOutcome).self) { group in
            for (index, planned) in blobs.enumerated() {
                group.addTask {
                    do {
                        let result = try await place(planned)
                        await placed.settle(planned.location, true)
                        return (index, BlobOutcome(planned.blob, isLayer: planned.isLayer, result))
                    } catch {
                        if !planned.isRepeated { await placed.settle(planned.location, false) }
                        throw error
                    }
                }
            }
            var outcomes: [(Int, BlobOutcome)] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Uploads or mounts a blob. The bytes of the first in the registry have been added to the counters.
    private func place(_ planned: PlannedBlob) async throws -> BlobOutcome.Result {
        do {
            let result = try await move(planned)
            if planned.isFirst, result != .uploaded { counters.skip(bytes: planned.blob.size) }
            return result
        } catch {
            if planned.isFirst { counters.plan(bytes: -planned.blob.size) }
            throw error
        }
    }

    private func move(_ planned: PlannedBlob) async throws -> BlobOutcome.Result {
        if planned.isRepeated, await placed.isDone(planned.location) { return .existing }
        var sibling: Repository?
        if let owner = planned.sibling {
            let exists = await placed.isDone(BlobLocation(digest: planned.blob.digest, repository: owner))
            sibling = exists ? owner : nil
        }
        return try await transfers.run { [sibling] in
            if try await exists(planned) { return .existing }
            if let content = planned.content {
                do {
                    return try await upload(planned, mountingFrom: sibling, size: content.size) { try content.open() }
                } catch let error as RegistryError where error.code == .damaged && !content.parts.isEmpty {
                    throw EngineError("\(error); it lies in \(content.parts.joined(separator: " and "))")
                }
            }
            guard let owner = planned.elsewhere ?? sibling else {
                throw EngineError("the archive lacks the blob \(planned.blob.digest)")
            }
            return try await mountOrCopy(planned, from: owner)
        }
    }

    private func exists(_ planned: PlannedBlob) async throws -> Bool {
        do {
            return try await client.hasBlob(planned.blob.digest, size: planned.blob.size, in: planned.repository)
        } catch let error as RegistryError where [.unauthorized, .denied].contains(error.code) {
            // The response to HEAD has no body with a reason. The response to the upload has.
            guard planned.content != nil else { throw error }
            return false
        }
    }

    private func upload(
        _ planned: PlannedBlob,
        mountingFrom sibling: Repository?,
        size: Int64,
        open: @escaping @Sendable () throws -> any ByteSource
    ) async throws -> BlobOutcome.Result {
        let blob = planned.blob
        let counter = counters.begin("\(blob.digest.short) of \(planned.repository)", size: blob.size)
        defer { counter.end() }
        let source = CountedBlob(size: size, content: open, counter: counter)
        do {
            let result = try await client.upload(blob, from: source, to: planned.repository, mountingFrom: sibling)
            if case .mounted(let repository) = result { return .mounted(from: repository) }
            if !planned.isFirst { counters.plan(bytes: blob.size) }
            return .uploaded
        } catch {
            counter.restart()
            throw error
        }
    }

    /// Mounts a blob from another repository of the registry, or downloads and uploads it if the registry does not mount.
    private func mountOrCopy(_ planned: PlannedBlob, from owner: Repository) async throws -> BlobOutcome.Result {
        if try await client.mount(planned.blob.digest, from: owner, in: planned.repository) {
            return .mounted(from: owner)
        }
        let file = try File(temporaryIn: temporaryDirectory)
        try await client.download(planned.blob, from: owner, to: FileSink(file))
        let size = planned.blob.size
        return try await upload(planned, mountingFrom: nil, size: size) { FileSection(of: file, at: 0, length: size) }
    }

    /// A blob whose bytes are counted during the upload.
    private struct CountedBlob: BlobSource {
        let size: Int64
        let content: @Sendable () throws -> any ByteSource
        let counter: TransferCounter

        func open() throws -> any ByteSource {
            counter.restart()
            return try content().observed { [counter] in counter.add($0.count) }
        }
    }
}
