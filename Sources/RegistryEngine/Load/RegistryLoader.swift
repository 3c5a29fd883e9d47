import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Pushes images from archives to a registry. Blobs are read directly from the archives; only blobs that the registry lacks are
/// uploaded.
package final class RegistryLoader: LoadEngine {
    private let locations: [ArchiveLocation]
    /// The paths of the archives, for messages.
    let path: String
    let client: RegistryClient
    let jobs: Int
    private let temporaryDirectory: String
    private let projects: RepositoryProvisioner?
    let counters: TransferCounters
    let notice: NoticeHandler
    /// The problems of corrupt blobs; empty until ``verifyArchive()``.
    let findings = Mutex<[Digest: String]>([:])
    /// `nil` until the archives are open.
    let source = Mutex<ArchiveSet?>(nil)

    /// - Parameters:
    ///   - locations: the archives, one or more.
    ///   - client: its threads should be twice `jobs`.
    ///   - jobs: the number of concurrent uploads.
    ///   - temporaryDirectory: the directory for unpacked archives.
    ///   - projects: creates projects or repositories before the first push; `nil` if none are to be created.
    package init(
        archives locations: [ArchiveLocation],
        client: RegistryClient,
        jobs: Int,
        temporaryDirectory: String,
        projects: RepositoryProvisioner? = nil,
        counters: TransferCounters,
        notice: @escaping NoticeHandler
    ) {
        self.locations = locations
        path = locations.map(\.description).joined(separator: " and ")
        self.client = client
        self.jobs = jobs
        self.temporaryDirectory = temporaryDirectory
        self.projects = projects
        self.counters = counters
        self.notice = notice
    }

    /// Charts are OCI artifacts, which archives of docker's containerd store hold like images.
    package func chartHandling() -> ChartHandling {
        .imagesAndFiles(RegistryCharts(client: client, projects: projects, counters: counters, notice: notice))
    }

    /// Opens the archives, which can take minutes if one has to be unpacked. If one of several archives cannot be opened, the run
    /// continues.
    package func load() async throws -> LoadedArchive {
        var opened: [(archive: DockerArchive, composer: ImageComposer)] = []
        var causes: [String] = []
        for location in locations {
            do {
                opened.append(try await open(location))
            } catch  where locations.count > 1 && !(error is CancellationError) {
                causes.append("\(error)")
            }
        }
        guard !opened.isEmpty else { throw EngineError(causes.joined(separator: "; ")) }
        let archives = ArchiveSet(opened)
        for defect in archives.defects {
            notice(Notice(.archiveDefect, "\(defect): the images that need what is in it fail, the others are loaded"))
        }
        source.withLock { $0 = archives }
        return LoadedArchive(
            images: archives.images.map(\.summary),
            cause: causes.isEmpty ? nil : causes.joined(separator: "; ")
        )
    }

    private func open(
        _ location: ArchiveLocation
    ) async throws -> (archive: DockerArchive, composer: ImageComposer) {
        let opener = ArchiveOpener(temporaryDirectory: temporaryDirectory, counters: counters, notice: notice)
        return try await onThread {
            try opener.open(location) { ($0, try ImageComposer(of: $0, notice: $1)) }
        }
    }

    /// Creates the projects if required, and performs several steps at a time. An image that has to be built is built during the pushes
    /// of the images before it.
    package func perform(_ steps: [LoadStep], onEvent: @escaping @Sendable (LoadEvent) -> Void) async throws {
        if let projects {
            let targets = steps.compactMap { try? $0.target.reference.repository }
            for report in try await projects.make(for: targets) { report.notices.forEach(notice) }
        }
        let planner = try await planner(for: steps)
        let pusher = ImagePusher(client: client, jobs: jobs, temporaryDirectory: temporaryDirectory, counters: counters)
        counters.plan(items: steps.count, bytes: try await onThread { planner.size })
        try await stagedWindow(over: Array(steps.indices), width: jobs * 2) { [counters] index in
            try await onThread {
                guard planner.isBuilt(steps[index]) else { return planner.plan(index) }
                let preparation = counters.begin("\(steps[index].target)", size: 0)
                defer { preparation.end() }
                let planned = planner.plan(index)
                counters.plan(bytes: planned.size)
                return planned
            }
        } work: { planned in
            let outcome = await pusher.perform(planned)
            try Task.checkCancellation()
            return outcome
        } deliver: { [counters] outcome in
            onEvent(.started(outcome.step))
            onEvent(.finished(outcome))
            counters.finishItem()
        }
    }

    /// Returns the planner of the steps. Searches the registry for the blobs that the archives omit, and reports those that it lacks.
    func planner(for steps: [LoadStep]) async throws -> PushPlanner {
        let opened = source.withLock(\.self)
        let planner = try await onThread { [path] in PushPlanner(steps, from: opened, path: path) }
        guard let opened, !opened.omitted.isEmpty else { return planner }
        let needed = planner.omittedBlobs
        planner.omitted = try await OmittedBlobLocator(client: client, width: jobs * 2, counters: counters).run(needed)
        let missing = Set(needed.filter { !planner.omitted.has($0) }.map(\.digest))
        if !missing.isEmpty {
            let archives = opened.omitted.among(missing).archives.joined(separator: " and ")
            notice(
                Notice(
                    .delta,
                    "\(path) is a delta, and the registry lacks \(missing.count) blobs that it leaves out: load \(archives) first"
                )
            )
        }
        return planner
    }
}
