import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// What the savers of the registry engine work with.
package struct SaveSetup: Sendable {
    /// Its threads should be twice ``jobs``.
    package let client: RegistryClient
    /// Which images of a multi-platform name are saved.
    package let choice: PlatformChoice
    /// What the names of Windows images end in; where such a name is not there, the image of that release is looked for in the
    /// list of the name without the ending.
    package let windowsRelease: WindowsRelease?
    /// What is put around the tar.
    package let wrapping: OuterCompression
    /// How many blobs are fetched at a time.
    package let jobs: Int
    /// The archive, open.
    package let output: ArchiveOutput
    /// Where layers are kept on their way into a stream.
    package let temporaryDirectory: String
    /// Has images that no registry gives; `nil` where there is none.
    package let local: LocalImages?
    /// Archives that blobs are copied from, beside the one that is replaced.
    package let reuse: [String]
    /// Archives whose blobs are left out.
    package let since: [String]
    /// The archive that is repaired; `nil` for a new archive.
    var repair: RepairSource?
    /// Where a chart's file is written beside the archive; `nil` where charts are only in the archive.
    package let chartFile: (@Sendable (ImageName) -> String)?
    /// Whether what refers to the images, such as signatures, is saved with them.
    package let includesReferrers: Bool
    package let counters: TransferCounters
    package let notice: NoticeHandler
    /// The files of charts that are written, by the digests of their blobs.
    var charts: [Digest: String] = [:]

    package init(
        client: RegistryClient,
        choice: PlatformChoice,
        windowsRelease: WindowsRelease? = nil,
        wrapping: OuterCompression,
        jobs: Int,
        output: ArchiveOutput,
        temporaryDirectory: String,
        local: LocalImages? = nil,
        reuse: [String] = [],
        since: [String] = [],
        chartFile: (@Sendable (ImageName) -> String)? = nil,
        includesReferrers: Bool = false,
        counters: TransferCounters,
        notice: @escaping NoticeHandler
    ) {
        self.client = client
        self.choice = choice
        self.windowsRelease = windowsRelease
        self.wrapping = wrapping
        self.jobs = jobs
        self.output = output
        self.temporaryDirectory = temporaryDirectory
        self.local = local
        self.reuse = reuse
        self.since = since
        self.chartFile = chartFile
        self.includesReferrers = includesReferrers
        self.counters = counters
        self.notice = notice
    }

    var resolver: ImageResolver {
        ImageResolver(client: client, choice: choice, windowsRelease: windowsRelease, notice: notice)
    }

    var chartMover: RegistryCharts { RegistryCharts(client: client, counters: counters, notice: notice) }

    var referrerSearch: ReferrerSearch {
        // An index that refers to an image is wanted whole.
        var resolver = ImageResolver(client: client, choice: .all, notice: notice)
        resolver.countLimit = ReferrerLimits.manifests
        return ReferrerSearch(client: client, resolver: resolver)
    }

    /// Whether the archive is a gzip; else it is a plain tar.
    var isGzip: Bool { wrapping != .none }

    var supply: BlobFetcher { BlobFetcher(client: client, local: local, files: charts) }
}

/// Saves images straight from their registries: manifests first, then each blob once, to its place in the archive.
package final class RegistrySaver: SaveEngine {
    let setup: SaveSetup
    private let archive = Mutex<OCIArchiveBuilder?>(nil)

    package init(_ setup: SaveSetup) {
        self.setup = setup
    }

    /// Charts are OCI artifacts, which archives of docker's containerd store hold like images.
    package func chartHandling() -> ChartHandling {
        setup.chartFile == nil ? .images : .imagesAndFiles(setup.chartMover)
    }

    /// Resolves the names, writes the charts' files, plans the archive, and fetches what it lacks. An image is pulled when all its
    /// blobs are verified and in their places.
    package func pull(_ requests: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws {
        let outcomes = OrderedOutcomes(requests, counters: setup.counters, onEvent: onEvent)
        let omitted = try await blobsToOmit()
        let found = try await search(requests, outcomes: outcomes)
        let charts = ChartExporter(setup: setup, requests: requests)
        var setup = setup
        setup.charts = try await charts.write(found, outcomes: outcomes)
        let plan = try await plan(found, omitting: omitted, outcomes: outcomes)
        // A journal is as long as the archive has blobs and pieces of them.
        let fill = try await onThread { [setup] in try OCIArchiveBuilder(plan, setup, outcomes: outcomes) }
        try await fill.run()
        try charts.check(outcomes)
        archive.withLock { $0 = fill }
    }

    /// Leaves out what has failed, and gives the archive its name.
    package func save(_ requests: [PullRequest]) async throws {
        guard let fill = archive.withLock(\.self) else { return }
        let layout = try await fill.finish()
        tell(layout, fill.saved)
        tellOmitted(fill)
    }

    @discardableResult
    package func discard() -> Int64 { setup.output.discard() }

    /// Resolves the names, and lays out the archive of what was found.
    ///
    /// - Parameter outcomes: told of the names that have failed.
    func plan(_ requests: [PullRequest], outcomes: OrderedOutcomes) async throws -> SavePlan {
        let omitted = try await blobsToOmit()
        return try await plan(try await search(requests, outcomes: outcomes), omitting: omitted, outcomes: outcomes)
    }

    private func plan(
        _ found: [ImageSearch<SavedImage>.Found],
        omitting omitted: OmittedBlobs,
        outcomes: OrderedOutcomes
    ) async throws -> SavePlan {
        let sizes = try await knownSizes(found.map(\.image))
        return try SavePlan(
            found,
            knownSizes: sizes,
            omitting: omitted,
            isGzip: setup.isGzip,
            capacity: setup.output.capacity,
            outcomes: outcomes
        )
    }

    private func search(
        _ requests: [PullRequest],
        outcomes: OrderedOutcomes
    ) async throws -> [ImageSearch<SavedImage>.Found] {
        let search = ImageSearch(width: setup.jobs * 2, counters: setup.counters, resolve: setup.resolver.resolve) {
            [local = setup.local] in
            try await local?.image($0, name: $1)
        }
        let found = try await search.run(requests, outcomes: outcomes)
        return setup.includesReferrers ? try await addReferrers(to: found) : found
    }

    /// Looks for what refers to the images that registries have given.
    private func addReferrers(
        to found: [ImageSearch<SavedImage>.Found]
    ) async throws -> [ImageSearch<SavedImage>.Found] {
        var found = found
        let positions = found.indices.filter { found[$0].refusal == nil }
        let images = positions.map { found[$0].image }
        setup.counters.enter(.referrers, planned: Int64(images.count))
        defer { setup.counters.enter(nil) }
        try await slidingWindow(over: images, width: setup.jobs * 2, work: setup.referrerSearch.run) {
            setup.counters.advance()
            let position = positions[$0]
            found[position].image.referrers = $1.referrers
            let name = found[position].reference
            found[position].notices += $1.causes.map { Notice(ofReferrerTo: name, cause: $0) }
        }
        return found
    }

    /// What registries tell of the blobs of which manifests tell different sizes: one of those manifests is damaged.
    private func knownSizes(_ images: [SavedImage]) async throws -> [Digest: Int64] {
        var sizes: [Digest: Int64] = [:]
        for (digest, owners) in BlobSizes.disputed(in: images) {
            for owner in owners where sizes[digest] == nil {
                sizes[digest] = try? await setup.client.size(of: digest, in: owner.reference.repository)
                try Task.checkCancellation()
            }
        }
        return sizes
    }

    /// What the archives have that the new one is a delta to.
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

    private func tellOmitted(_ fill: OCIArchiveBuilder) {
        guard !setup.since.isEmpty else { return }
        let (blobs, archives) = fill.omitted
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

    private func tell(_ layout: ContainerdLayout, _ images: [SavedImage]) {
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
