import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import Registry
import Synchronization

/// Saves images straight from their registries: manifests first, then each blob once, to its place in the archive.
public final class RegistrySaver: SaveEngine {
    private let client: RegistryClient
    private let choice: PlatformChoice
    private let jobs: Int
    private let output: ArchiveOutput
    private let notice: EngineNotice
    private let resolved = Mutex<[String: SavedImage]>([:])

    /// A saver into an archive that is already open.
    ///
    /// - Parameters:
    ///   - client: its threads should be twice `jobs`.
    ///   - choice: which images of a multi-platform name are saved.
    ///   - jobs: how many blobs are fetched at a time.
    ///   - notice: told what a user should know though nothing failed.
    public init(
        client: RegistryClient,
        choice: PlatformChoice,
        jobs: Int,
        output: ArchiveOutput,
        notice: @escaping EngineNotice
    ) {
        self.client = client
        self.choice = choice
        self.jobs = jobs
        self.output = output
        self.notice = notice
    }

    /// Charts are OCI artifacts, which archives of docker's containerd store hold like images.
    public func chartHandling() -> ChartHandling { .images }

    /// Resolves the names; a name that occurs again is resolved once.
    public func pull(_ references: [String], observer: any PullObserver) async throws {
        let resolver = ImageResolver(client: client, choice: choice)
        var positions: [String: Int] = [:]
        let distinct = references.filter { positions.updateValue(0, forKey: $0) == nil }
        for (position, reference) in distinct.enumerated() { positions[reference] = position }

        var outcomes: [PullOutcome] = []
        var told = 0
        try await slidingWindow(over: distinct, width: jobs * 2) { reference in
            await Self.outcome { try await resolver.resolve(try Reference(reference).withDefaultTag) }
        } deliver: { index, result in
            switch result {
            case .success(let image):
                resolved.withLock { $0[distinct[index]] = image }
                outcomes.append(.pulled)
            case .failure(let failure):
                try Task.checkCancellation()
                outcomes.append(.failed(cause: failure.cause))
            }
            while told < references.count, let position = positions[references[told]], position < outcomes.count {
                observer.willPull(references[told])
                observer.didPull(references[told], outcomes[position])
                told += 1
            }
        }
    }

    /// Plans the archive, fetches what it lacks, and gives it its name.
    public func save(_ references: [String]) async throws {
        // Two spellings of one name, such as `busybox` and `busybox:latest`, are one image.
        var seen: Set<Reference> = []
        let images = resolved.withLock { resolved in
            references.compactMap { resolved[$0] }.filter { seen.insert($0.reference).inserted }
        }
        let layout = try ContainerdLayout(of: images)
        tell(layout, images)
        let plan = try ArchivePlan(layout)
        try output.requireSpace(for: plan.length)
        try await BlobFetch(of: images, client: client, output: output).run(plan, jobs: jobs)
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

    private struct Failure: Error {
        let cause: String
    }

    private static func outcome(_ resolve: () async throws -> SavedImage) async -> Result<SavedImage, Failure> {
        do {
            return .success(try await resolve())
        } catch {
            return .failure(Failure(cause: "\(error)"))
        }
    }
}
