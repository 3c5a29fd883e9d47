import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Saves images from their registries into archives as docker's graph drivers write them: each layer is decompressed during the download
/// and compressed again with the archive.
package final class GraphDriverSaver: SaveEngine {
    let setup: SaveSetup
    let format: GraphDriverFormat
    private let platform: Platform
    private let builder = Mutex<GraphDriverArchiveBuilder?>(nil)

    /// - Throws: `EngineError` if `setup` chooses several platforms: a graph driver holds one image of a name.
    package init(_ setup: SaveSetup, format: GraphDriverFormat) throws(EngineError) {
        guard case .platforms(let platforms) = setup.choice, platforms.count == 1 else {
            throw EngineError(
                "an archive of the format docker or legacy holds the images of one platform: name one with --platform,"
                    + " or leave --archive-format out"
            )
        }
        self.setup = setup
        self.platform = platforms[0]
        self.format = format
    }

    /// A graph driver cannot hold charts, so they are saved as files only.
    package func chartHandling() -> ChartHandling {
        .files(setup.chartMover)
    }

    /// Resolves the names, fetches the configurations, which list the diff IDs of the layers, and writes each layer into the archive.
    package func pull(_ requests: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws {
        let outcomes = OrderedOutcomes(requests, counters: setup.counters, onEvent: onEvent)
        let names = try await resolve(requests, outcomes: outcomes)
        if setup.output.isDryRun { return onEvent(.planned(try await forecast(names, outcomes: outcomes))) }
        let builder = try await onThread { [setup, format] in
            try GraphDriverArchiveBuilder(names, format, setup, outcomes: outcomes)
        }
        try await builder.run()
        self.builder.withLock { $0 = builder }
    }

    /// Completes the archive without the images that failed.
    package func save(_ requests: [PullRequest]) async throws {
        guard let builder = builder.withLock(\.self) else { return }
        for name in try await builder.finish() {
            setup.notice(
                Notice(
                    .unlistedImage,
                    "\(name.familiar) has no tag, so index.json does not list it, as in docker's own archives: a docker with"
                        + " the containerd store will not load it; give it a tag in the list, or leave --archive-format out"
                )
            )
        }
    }

    @discardableResult
    package func discard() -> Int64 { setup.output.discard() }

    /// Resolves the names, and fetches the configurations.
    private func resolve(_ requests: [PullRequest], outcomes: OrderedOutcomes) async throws -> [ResolvedName] {
        let search = ImageSearch(width: setup.jobs * 2, counters: setup.counters) { [self] reference in
            try await image(try await setup.resolver.resolve(reference))
        } findLocally: { [self] reference, name in
            guard let found = try await setup.local?.image(reference, name: name) else { return nil }
            return try await image(found)
        }
        return try await search.run(requests, outcomes: outcomes)
    }

    /// The maximum size of a configuration, in bytes. All configurations are kept in memory.
    private static let configurationLimit = 4 << 20

    /// Returns `saved` with its layers' diff IDs.
    private func image(_ saved: SavedImage) async throws -> SavedImage {
        guard case .image(let configuration, let layers) = saved.principal.content else {
            throw ResolvingError.noPlatform(.platforms([platform]))
        }
        try BlobSizes.check(saved, capacity: setup.output.capacity)
        try GraphDriverImage.check(configuration)
        let bytes = try await setup.fetcher.content(
            of: configuration,
            from: saved.reference.repository,
            limit: Self.configurationLimit
        )
        var image = saved
        image.unpacked = try GraphDriverImage(
            saved.reference,
            configuration: bytes,
            layers: layers,
            os: platform.os,
            format: format
        )
        return image
    }
}
