import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Pushes the images of an archive straight to a registry: what it lacks, from where it lies in the archive.
package final class RegistryLoader: LoadEngine {
    private let locations: [ArchiveLocation]
    /// What the archives are called.
    let path: String
    let client: RegistryClient
    let jobs: Int
    private let temporaryDirectory: String
    private let projects: RepositoryProvisioner?
    let counters: TransferCounters
    let notice: NoticeHandler
    /// What is wrong with blobs of the archive, once it has been proven.
    let findings = Mutex<[Digest: String]>([:])
    /// `nil` until the archives are open.
    let source = Mutex<ArchiveSet?>(nil)

    /// - Parameters:
    ///   - locations: the archives, one or more.
    ///   - client: its threads should be twice `jobs`.
    ///   - jobs: how many blobs are sent at a time.
    ///   - temporaryDirectory: where an archive is unpacked that has to be.
    ///   - projects: makes what the registry wants to be there before the first push; `nil` where that is not wanted.
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

    /// Opens the archives; one that has to be unpacked can take minutes. Where there are several, one that cannot be opened does not
    /// end the run.
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
            images: archives.images.map { LoadedArchive.Image(reference: $0.image.reference, id: $0.image.id) },
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

    /// Makes the projects, if that is wanted, and does several steps at a time. An image that has to be composed is composed while
    /// those before it are pushed.
    package func perform(_ steps: [LoadStep], observer: any LoadObserver) async throws {
        if let projects {
            let targets = steps.compactMap { try? $0.target.reference.repository }
            for report in try await projects.make(for: targets) { report.notices.forEach(notice) }
        }
        let opened = source.withLock(\.self)
        let planner = PushPlanner(opened, path: path, omitted: try await omittedBlobs(of: steps, in: opened))
        let pusher = ImagePusher(client: client, jobs: jobs, temporaryDirectory: temporaryDirectory, counters: counters)
        counters.plan(bytes: try await onThread { planner.size(of: steps) })
        counters.plan(items: steps.count)
        try await stagedWindow(over: steps, width: jobs * 2) { [counters] step in
            try await onThread {
                let preparation = planner.composes(step) ? counters.begin("\(step.target)", size: 0) : nil
                defer { preparation?.end() }
                let work = planner.work(for: step)
                counters.plan(bytes: work.referrerSize.addingSaturated(preparation == nil ? 0 : work.size))
                return work
            }
        } work: { work in
            let outcome = await pusher.perform(work)
            try Task.checkCancellation()
            return outcome
        } deliver: { [counters] outcome in
            observer.willPerform(outcome.step)
            observer.didPerform(outcome)
            counters.finishItem()
        }
    }

    /// Looks where the registry has the blobs that the archive leaves out, and tells what is nowhere.
    func omittedBlobs(
        of steps: [LoadStep],
        in opened: ArchiveSet?
    ) async throws -> OmittedBlobLocator.Findings {
        guard let opened, !opened.omitted.isEmpty else { return OmittedBlobLocator.Findings() }
        let wanted = try await onThread { [path] in
            let planner = PushPlanner(opened, path: path, omitted: .everywhere)
            return steps.flatMap { planner.work(for: $0).omittedBlobs }
        }
        let findings = try await OmittedBlobLocator(client: client, width: jobs * 2, counters: counters).run(wanted)
        let missing = Set(wanted.filter { !findings.has($0) }.map(\.digest))
        if !missing.isEmpty {
            let archives = opened.omitted.among(missing).archives.joined(separator: " and ")
            notice(
                Notice(
                    .delta,
                    "\(path) is a delta, and the registry lacks \(missing.count) blobs that it leaves out: load \(archives) first"
                )
            )
        }
        return findings
    }
}
