import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Saves images straight from their registries into the archives of docker's graph drivers: each layer is inflated on its way
/// and deflated with the rest.
package final class GraphDriverSaver: SaveEngine {
    let setup: SaveSetup
    let format: GraphDriverFormat
    private let platform: Platform
    private let archive = Mutex<GraphDriverArchiveBuilder?>(nil)

    /// - Throws: ``SeveralPlatformsError``: a graph driver holds one image of a name.
    package init(_ setup: SaveSetup, format: GraphDriverFormat) throws(SeveralPlatformsError) {
        guard case .platforms(let platforms) = setup.choice, platforms.count == 1 else { throw SeveralPlatformsError() }
        self.setup = setup
        self.platform = platforms[0]
        self.format = format
    }

    /// A graph driver has no charts, so they are only files.
    package func chartHandling() -> ChartHandling {
        .files(setup.chartMover)
    }

    /// Resolves the names, fetches the configurations, which tell what the layers unpack to, and moves each layer into the archive.
    package func pull(_ requests: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws {
        let outcomes = OrderedOutcomes(requests, counters: setup.counters, onEvent: onEvent)
        let found = try await find(requests, outcomes: outcomes)
        let fill = try await onThread { [setup, format] in
            try GraphDriverArchiveBuilder(found, format, setup, outcomes: outcomes)
        }
        try await fill.run()
        archive.withLock { $0 = fill }
    }

    /// Leaves out what has failed, and gives the archive its name.
    package func save(_ requests: [PullRequest]) async throws {
        guard let fill = archive.withLock(\.self) else { return }
        for name in try await fill.finish() {
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
    ///
    /// - Parameter outcomes: told of the names that have failed.
    func find(
        _ requests: [PullRequest],
        outcomes: OrderedOutcomes
    ) async throws -> [ImageSearch<UnpackedImage>.Found] {
        let search = ImageSearch(width: setup.jobs * 2, counters: setup.counters) { [self] reference in
            try await image(try await setup.resolver.resolve(reference))
        } findLocally: { [self] reference, name in
            guard let found = try await setup.local?.image(reference, name: name) else { return nil }
            return try await image(found)
        }
        return try await search.run(requests, outcomes: outcomes)
    }

    /// Larger than any configuration in the wild; they are all kept in memory.
    private static let configurationLimit = 4 << 20

    private func image(_ saved: SavedImage) async throws -> UnpackedImage {
        guard case .image(let configuration, let layers) = saved.principal.content else {
            throw ResolvingError.noPlatform(.platforms([platform]))
        }
        try BlobSizes.check(saved, capacity: setup.output.capacity)
        try GraphDriverImage.check(configuration)
        let bytes = try await setup.supply.content(
            of: configuration,
            from: saved.reference.repository,
            limit: Self.configurationLimit
        )
        let image = try GraphDriverImage(
            saved.reference,
            configuration: bytes,
            layers: layers,
            os: platform.os,
            format: format
        )
        return UnpackedImage(saved: saved, image: image)
    }
}

/// An archive with unpacked layers was asked for, and more than one platform.
package struct SeveralPlatformsError: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String {
        "an archive of the format docker or legacy holds the images of one platform: name one with --platform,"
            + " or leave --archive-format out"
    }
}
