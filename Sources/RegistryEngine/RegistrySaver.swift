import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import Registry

/// Saves images straight from their registries: manifests first, then each blob once, to its place in the archive.
public final class RegistrySaver: SaveEngine {
    private let client: RegistryClient
    private let choice: PlatformChoice
    private let windowsRelease: WindowsRelease?
    private let isGzip: Bool
    private let jobs: Int
    private let output: ArchiveOutput
    private let local: LocalImages?
    private let notice: EngineNotice
    private let images = PulledImages<SavedImage>()

    /// A saver into an archive that is already open.
    ///
    /// - Parameters:
    ///   - client: its threads should be twice `jobs`.
    ///   - choice: which images of a multi-platform name are saved.
    ///   - windowsRelease: what the names of Windows images end in; where such a name is not there, the image of that release
    ///     is looked for in the list of the name without the ending.
    ///   - isGzip: whether the archive is a gzip; else it is a plain tar.
    ///   - jobs: how many blobs are fetched at a time.
    ///   - local: has images that no registry gives; `nil` where there is none.
    ///   - notice: told what a user should know though nothing failed.
    package init(
        client: RegistryClient,
        choice: PlatformChoice,
        windowsRelease: WindowsRelease? = nil,
        isGzip: Bool,
        jobs: Int,
        output: ArchiveOutput,
        local: LocalImages? = nil,
        notice: @escaping EngineNotice
    ) {
        self.client = client
        self.choice = choice
        self.windowsRelease = windowsRelease
        self.isGzip = isGzip
        self.jobs = jobs
        self.output = output
        self.local = local
        self.notice = notice
    }

    /// Charts are OCI artifacts, which archives of docker's containerd store hold like images.
    public func chartHandling() -> ChartHandling { .images }

    /// Resolves the names; a name that occurs again is resolved once.
    public func pull(_ references: [String], observer: any PullObserver) async throws {
        let resolver = ImageResolver(client: client, choice: choice, windowsRelease: windowsRelease, notice: notice)
        try await images.pull(
            references,
            width: jobs * 2,
            observer: observer,
            resolve: resolver.resolve
        ) { [local] in try await local?.image($0, name: $1) }
    }

    /// Plans the archive, fetches what it lacks, and gives it its name.
    public func save(_ references: [String]) async throws {
        let images = images.distinct(references)
        let layout = try ContainerdLayout(of: images)
        tell(layout, images)
        let plan = try ArchivePlan(layout, isGzip: isGzip)
        try output.requireSpace(for: plan.length)
        try await BlobFetch(of: images, from: BlobSupply(client: client, local: local), output: output)
            .run(plan, jobs: jobs)
        try output.commit()
    }

    /// Gives the archive up.
    public func discard() {
        output.discard()
    }

    private func tell(_ layout: ContainerdLayout, _ images: [SavedImage]) {
        for name in layout.shadowedNames {
            notice(
                "\(name.familiar): as in docker's own archives, manifest.json names this image only by another name;"
                    + " a docker without the containerd store will not load it under this one"
            )
        }
        for image in images where !image.foreignLayers.isEmpty {
            notice(
                "\(image.reference.familiar): \(image.foreignLayers.count) foreign layer(s), which only their publisher's"
                    + " URLs serve, are left out of the archive, as docker does"
            )
        }
    }
}
