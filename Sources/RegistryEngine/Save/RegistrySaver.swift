import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// The dependencies and settings that the savers of the registry engine share.
package struct SaveSetup: Sendable {
    /// The client; the number of its threads should be twice ``jobs``.
    package let client: RegistryClient
    /// The platforms to save of a multi-platform image.
    package let choice: PlatformChoice
    /// The Windows release in names that end in `-windows-ID`. If such a name is not found, the image of the release is taken from
    /// the index of the name without the ending.
    package var windowsRelease: WindowsRelease?
    /// The compression of the tar archive.
    package let wrapping: OuterCompression
    /// The number of concurrent blob transfers.
    package let jobs: Int
    /// The archive, open. If it is open for a dry run, nothing is transferred.
    package let output: ArchiveOutput
    /// The directory for layers on their way into a stream.
    package let temporaryDirectory: String
    /// The local store for images that no registry has; `nil` if there is none.
    package var local: LocalImages?
    /// The archives to copy blobs from, in addition to the archive that is replaced.
    package var reuse: [String] = []
    /// The archives whose blobs are omitted.
    package var since: [String] = []
    /// The archive that is repaired; `nil` for a new archive.
    var repair: RepairSource?
    /// Returns the path of a chart's file; `nil` to write charts only into the archive.
    package var chartFile: (@Sendable (ImageName) -> String)?
    /// Whether referrers of the images, such as signatures, are saved.
    package var includesReferrers = false
    package let counters: TransferCounters
    package let notice: NoticeHandler
    /// The charts' files that were written, by the digests of their blobs.
    var charts: [Digest: String] = [:]

    package init(
        client: RegistryClient,
        choice: PlatformChoice,
        wrapping: OuterCompression,
        jobs: Int,
        output: ArchiveOutput,
        temporaryDirectory: String,
        counters: TransferCounters,
        notice: @escaping NoticeHandler
    ) {
        self.client = client
        self.choice = choice
        self.wrapping = wrapping
        self.jobs = jobs
        self.output = output
        self.temporaryDirectory = temporaryDirectory
        self.counters = counters
        self.notice = notice
    }

    var resolver: ImageResolver {
        ImageResolver(client: client, choice: choice, windowsRelease: windowsRelease, notice: notice)
    }

    var chartMover: RegistryCharts { RegistryCharts(client: client, counters: counters, notice: notice) }

    var referrerSearch: ReferrerSearch {
        // All manifests of an index that refers to an image are saved.
        var resolver = ImageResolver(client: client, choice: .all, notice: notice)
        resolver.countLimit = ReferrerLimits.manifests
        return ReferrerSearch(client: client, resolver: resolver)
    }

    /// Whether the archive is compressed with gzip; otherwise it is a plain tar.
    var isGzip: Bool { wrapping != .none }

    /// The form of registry blobs in the archive.
    var blobContent: ArchiveJournal.Content { isGzip ? .storedMembers : .plainTar }

    var fetcher: BlobFetcher { BlobFetcher(client: client, local: local, files: charts) }
}

/// Saves images from their registries: fetches the manifests first, then each blob once, directly to its place in the archive.
package final class RegistrySaver: SaveEngine {
    let setup: SaveSetup
    private let builder = Mutex<OCIArchiveBuilder?>(nil)

    package init(_ setup: SaveSetup) {
        self.setup = setup
    }

    /// Archives of docker's containerd image store hold charts, which are OCI artifacts, as images.
    package func chartHandling() -> ChartHandling {
        setup.chartFile == nil ? .images : .imagesAndFiles(setup.chartMover)
    }

    /// Resolves the names, writes the charts' files, plans the archive, and downloads the blobs that it lacks. An image is pulled when all
    /// its blobs are verified and in their places.
    package func pull(_ requests: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws {
        let outcomes = OrderedOutcomes(requests, counters: setup.counters, onEvent: onEvent)
        let omitted = try await blobsToOmit()
        let names = try await resolve(requests, outcomes: outcomes)
        let charts = ChartExporter(setup: setup, requests: requests)
        var setup = setup
        if !setup.output.isDryRun { setup.charts = try await charts.write(names, outcomes: outcomes) }
        let plan = try await plan(names, omitting: omitted, outcomes: outcomes)
        // The journal has a line for each blob and for each piece of a blob.
        let builder = try await onThread { [setup] in try OCIArchiveBuilder(plan, setup, outcomes: outcomes) }
        if setup.output.isDryRun { return onEvent(.planned(try await builder.forecast())) }
        try await builder.run()
        try charts.check(outcomes)
        self.builder.withLock { $0 = builder }
    }

    /// Completes the archive without the images that failed.
    package func save(_ requests: [PullRequest]) async throws {
        guard let builder = builder.withLock(\.self) else { return }
        let layout = try await builder.finish()
        notify(of: layout, builder.images)
        notifyOfOmittedBlobs(builder)
    }

    @discardableResult
    package func discard() -> Int64 { setup.output.discard() }

    private func plan(
        _ names: [ResolvedName],
        omitting omitted: OmittedBlobs,
        outcomes: OrderedOutcomes
    ) async throws -> SavePlan {
        try SavePlan(
            names,
            knownSizes: try await sizesOfDisputedBlobs(names.map(\.image)),
            omitting: omitted,
            isGzip: setup.isGzip,
            capacity: setup.output.capacity,
            outcomes: outcomes
        )
    }

    private func resolve(_ requests: [PullRequest], outcomes: OrderedOutcomes) async throws -> [ResolvedName] {
        let search = ImageSearch(width: setup.jobs * 2, counters: setup.counters, resolve: setup.resolver.resolve) {
            [local = setup.local] in
            try await local?.image($0, name: $1)
        }
        let names = try await search.run(requests, outcomes: outcomes)
        return setup.includesReferrers ? try await addReferrers(to: names) : names
    }

    /// Adds the referrers of the images that registries have.
    private func addReferrers(to names: [ResolvedName]) async throws -> [ResolvedName] {
        var names = names
        let positions = names.indices.filter { names[$0].refusal == nil }
        let images = positions.map { names[$0].image }
        setup.counters.enter(.referrers, planned: Int64(images.count))
        defer { setup.counters.enter(nil) }
        try await slidingWindow(over: images, width: setup.jobs * 2, work: setup.referrerSearch.run) {
            setup.counters.advance()
            let position = positions[$0]
            names[position].image.referrers = $1.referrers
            let reference = names[position].reference
            names[position].notices += $1.causes.map { Notice(ofReferrerTo: reference, cause: $0) }
        }
        return names
    }

    /// Asks the registries for the sizes of blobs for which manifests list different sizes: one of those manifests is corrupt.
    private func sizesOfDisputedBlobs(_ images: [SavedImage]) async throws -> [Digest: Int64] {
        var sizes: [Digest: Int64] = [:]
        for (digest, owners) in BlobSizes.disputed(in: images) {
            for owner in owners where sizes[digest] == nil {
                sizes[digest] = try? await setup.client.size(of: digest, in: owner.reference.repository)
                try Task.checkCancellation()
            }
        }
        return sizes
    }

    /// Reads the blobs of the archives that the new archive is a delta to.
    private func blobsToOmit() async throws -> OmittedBlobs {
        var omitted = OmittedBlobs()
        for path in setup.since {
            do {
                omitted.add(try await onThread { try OmittedBlobs(ofOlder: path) })
            } catch let error as ArchiveError {
                throw EngineError("\(path): \(error)")
            }
        }
        return omitted
    }

    private func notifyOfOmittedBlobs(_ builder: OCIArchiveBuilder) {
        guard !setup.since.isEmpty else { return }
        let (blobs, archives) = builder.omitted
        let size = ByteCount(blobs.saturatedSum(of: \.size))
        setup.notice(
            Notice(
                .delta,
                blobs.isEmpty
                    ? "nothing was left out: \(setup.since.joined(separator: " and ")) has no blob of these images"
                    : "\(blobs.count) blobs (\(size)) were left out, which \(archives.joined(separator: " and ")) has: docker cannot"
                        + " load this archive, and rancher-load-images only into a registry that has those blobs"
            )
        )
    }

    private func notify(of layout: ContainerdLayout, _ images: [SavedImage]) {
        for name in layout.shadowedNames {
            setup.notice(
                Notice(
                    .shadowedName,
                    "\(name.familiar) is not in manifest.json, as in docker's own archives: a docker without the containerd"
                        + " store loads this image under another name only; --engine registry loads it under this one too"
                )
            )
        }
        for image in images where !image.foreignLayers.isEmpty {
            setup.notice(
                Notice(
                    .foreignLayersLeftOut,
                    "\(image.reference.familiar): its foreign layers are left out of the archive, as docker does: who pulls"
                        + " the image will fetch them from their publisher's URLs"
                )
            )
        }
    }
}
