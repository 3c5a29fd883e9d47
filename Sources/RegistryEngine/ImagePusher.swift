import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import Registry

/// Carries out what was planned for the steps of a load.
struct ImagePusher: Sendable {
    private let client: RegistryClient
    private let transfers: Limiter
    private let counters: TransferCounters
    private let placed = CompletionLedger<BlobLocation>()
    private let names = CompletionLedger<Reference>()

    /// - Parameter jobs: how many blobs are asked for or sent at a time.
    init(client: RegistryClient, jobs: Int, counters: TransferCounters) {
        self.client = client
        self.transfers = Limiter(jobs)
        self.counters = counters
    }

    func perform(_ work: StepWork) async -> LoadOutcome {
        switch work.content {
        case .failure(let cause):
            return LoadOutcome(work.step, cause: cause)
        case .push(let push):
            let outcome = await perform(push, for: work.step)
            await names.settle(push.target, outcome.cause == nil)
            return outcome
        case .manifestList(let target, let members, let after):
            for member in after { _ = await names.isDone(member) }
            do {
                let digest = try await ManifestListBuilder(client: client).build(target, of: members)
                return LoadOutcome(work.step, .manifestList(target, digest))
            } catch {
                return LoadOutcome(work.step, cause: "\(error)")
            }
        }
    }

    private func perform(_ push: ImagePush, for step: LoadStep) async -> LoadOutcome {
        let selection = push.selection
        var product = LoadOutcome.Push(target: push.target, source: selection.source)
        var notices = selection.notice.map { [Notice(.incompleteList, "\(step.target): \($0)")] } ?? []
        do {
            product.blobs = try await place(push.blobs)
            let manifest = try await ManifestPusher(client: client, push: push).put()
            product.manifest = manifest.descriptor
            if manifest.digest != selection.top.digest {
                notices.append(
                    Notice(
                        .foreignLayersPushed,
                        "\(step.target): the registry refuses manifests with URLs; its foreign layers were pushed as"
                            + " ordinary ones"
                    )
                )
            }
            return LoadOutcome(step, .push(product), notices: notices)
        } catch {
            return LoadOutcome(step, .push(product), notices: notices, cause: "\(error)")
        }
    }

    /// Brings all blobs of an image to its repository.
    ///
    /// Each is settled in the ledger whatever becomes of it, since other images may wait for it.
    private func place(_ blobs: [PlannedBlob]) async throws -> [BlobOutcome] {
        try await withThrowingTaskGroup(of: (Int, BlobOutcome).self) { group in
            for (index, planned) in blobs.enumerated() {
                group.addTask {
                    do {
                        let fate = try await place(planned)
                        await placed.settle(planned.location, true)
                        return (index, BlobOutcome(planned.blob, isLayer: planned.isLayer, fate))
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

    private func place(_ planned: PlannedBlob) async throws -> BlobOutcome.Fate {
        if planned.isRepeated, await placed.isDone(planned.location) { return .existing }
        var sibling: Repository?
        if let owner = planned.sibling {
            let isThere = await placed.isDone(BlobLocation(digest: planned.blob.digest, repository: owner))
            sibling = isThere ? owner : nil
        }
        return try await transfers.run { [sibling] in
            if try await client.hasBlob(planned.blob.digest, in: planned.repository) { return .existing }
            guard let content = planned.content else {
                throw PlanningError("the archive lacks the blob \(planned.blob.digest)")
            }
            let size = planned.blob.size
            counters.plan(bytes: size)
            let counter = counters.begin("\(planned.blob.digest.short) of \(planned.repository)", size: size)
            defer { counter.end() }
            let source = ArchivedBlob(content: content, counter: counter)
            let way = try await client.upload(planned.blob, from: source, to: planned.repository, mountingFrom: sibling)
            guard case .mounted(let repository) = way else { return .uploaded }
            counters.plan(bytes: -size)
            return .mounted(from: repository)
        }
    }

    /// A blob of the archive, counted while it is sent.
    private struct ArchivedBlob: BlobSource {
        let content: ArchivedContent
        let counter: TransferCounter

        var size: Int64 { content.size }

        func open() throws -> any ByteSource {
            counter.restart()
            return CountingSource(try content.open(), counter)
        }
    }

    private final class CountingSource: ByteSource {
        private let source: any ByteSource
        private let counter: TransferCounter

        init(_ source: any ByteSource, _ counter: TransferCounter) {
            self.source = source
            self.counter = counter
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let count = try source.read(into: buffer)
            counter.add(count)
            return count
        }
    }
}
