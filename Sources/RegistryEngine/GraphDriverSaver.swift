import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import Registry

/// Saves images straight from their registries into the archives of docker's graph drivers: each layer is inflated on its way
/// and deflated with the rest.
public final class GraphDriverSaver: SaveEngine {
    private let client: RegistryClient
    private let platform: Platform
    private let windowsRelease: WindowsRelease?
    private let format: GraphDriverFormat
    private let wrapping: TarWrapping
    private let jobs: Int
    private let output: ArchiveOutput
    private let temporaryFolder: String
    private let local: LocalImages?
    private let notice: EngineNotice
    private let images = PulledImages<GraphDriverImage>()

    /// A saver into an archive that is already open.
    ///
    /// - Parameters:
    ///   - client: its threads should be twice `jobs`.
    ///   - choice: one platform; a graph driver holds one image of a name.
    ///   - windowsRelease: as ``RegistrySaver`` takes it.
    ///   - wrapping: what is put around the tar.
    ///   - jobs: how many layers are asked for at a time.
    ///   - temporaryFolder: where layers are kept on their way into a stream.
    ///   - local: has images that no registry gives; `nil` where there is none.
    ///   - notice: told what a user should know though nothing failed.
    /// - Throws: ``SeveralPlatformsError``.
    public init(
        client: RegistryClient,
        choice: PlatformChoice,
        windowsRelease: WindowsRelease? = nil,
        format: GraphDriverFormat,
        wrapping: TarWrapping,
        jobs: Int,
        output: ArchiveOutput,
        temporaryFolder: String,
        local: LocalImages? = nil,
        notice: @escaping EngineNotice
    ) throws(SeveralPlatformsError) {
        guard case .platforms(let platforms) = choice, platforms.count == 1 else { throw SeveralPlatformsError() }
        self.client = client
        self.platform = platforms[0]
        self.windowsRelease = windowsRelease
        self.format = format
        self.wrapping = wrapping
        self.jobs = jobs
        self.output = output
        self.temporaryFolder = temporaryFolder
        self.local = local
        self.notice = notice
    }

    /// Charts are pulled like images; that fails, as with docker.
    public func chartHandling() -> ChartHandling { .images }

    /// Resolves the names, and fetches the configurations, which tell what the layers unpack to.
    public func pull(_ references: [String], observer: any PullObserver) async throws {
        let resolver = ImageResolver(
            client: client,
            choice: .platforms([platform]),
            windowsRelease: windowsRelease,
            notice: notice
        )
        try await images.pull(references, width: jobs * 2, observer: observer) { [self] reference in
            try await image(try await resolver.resolve(reference))
        } orFind: { [self] reference, name in
            guard let found = try await local?.image(reference, name: name) else { return nil }
            return try await image(found)
        }
    }

    /// Lays out the archive, moves each layer into it, and gives it its name.
    public func save(_ references: [String]) async throws {
        let images = images.distinct(references)
        let layout = layout(of: images)
        let writer = try LayeredArchiveWriter(
            layout,
            wrapping: wrapping,
            to: output,
            temporaryFolder: temporaryFolder
        )
        let fetch = LayerFetch(of: images, from: supply)
        try writer.requireSpace(for: fetch.sizes(writer.layers))
        try await fetch.run(into: writer, jobs: jobs)
        try await onThread { try writer.finish() }
        try output.commit()
    }

    /// Gives the archive up.
    public func discard() {
        output.discard()
    }

    /// Larger than any configuration in the wild; they are all kept in memory.
    private static let configurationLimit = 4 << 20

    private func image(_ saved: SavedImage) async throws -> GraphDriverImage {
        guard case .image(let configuration, let layers) = saved.principal.manifest.content else {
            throw ResolvingError.noPlatform(.platforms([platform]))
        }
        try GraphDriverImage.check(configuration)
        let bytes = try await supply.content(
            of: configuration,
            from: saved.reference.repository,
            limit: Self.configurationLimit
        )
        return try GraphDriverImage(
            saved.reference,
            configuration: bytes,
            layers: layers,
            os: platform.os,
            format: format
        )
    }

    private var supply: BlobSupply { BlobSupply(client: client, local: local) }

    private func layout(of images: [GraphDriverImage]) -> any LayeredLayout {
        switch format {
        case .legacy: return LegacyLayout(of: images)
        case .docker:
            let layout = HybridLayout(of: images)
            for name in layout.unlistedImages {
                notice(
                    "\(name.familiar): as in docker's own archives, index.json does not list this image, which has no tag;"
                        + " a docker with the containerd store will not load it"
                )
            }
            return layout
        }
    }
}

/// An archive with unpacked layers was asked for, and more than one platform.
public struct SeveralPlatformsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence.
    public var description: String {
        "an archive of the format docker or legacy holds the images of one platform: name one with --platform,"
            + " or leave --archive-format out"
    }
}
