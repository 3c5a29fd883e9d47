import Engine
import HTTP
import ImageArchive
import OCI
import Registry
import RegistryEngine
import SampleImages
import Synchronization
import SystemIO
import TestSupport

/// Two registries, the first with all samples, for saves from the first and loads into the second.
final class EngineFixture: Sendable {
    static let samples = SampleImages(directory: Fixtures.path("source"))

    let source: FakeRegistry
    let target: FakeRegistry
    let directory: TemporaryDirectory
    let http: HTTPClient
    let client: RegistryClient
    let counters = TransferCounters()
    let notices = Mutex<[String]>([])

    init() throws {
        source = try FakeRegistry()
        target = try FakeRegistry()
        directory = try TemporaryDirectory()
        http = HTTPClient(HTTPClient.Configuration(threads: 8, busyPause: .milliseconds(1)))
        let patience = RetryPolicy(duration: .seconds(2), firstWait: .milliseconds(1), longestWait: .milliseconds(100))
        client = RegistryClient(http: http, settings: RegistrySettings(retryPolicy: patience))
        for (name, descriptor) in try Self.samples.names() {
            let parts = name.split(separator: ":").map(String.init)
            Self.fill(source, descriptor, parts[0], tag: parts[1])
        }
    }

    deinit {
        source.stop()
        target.stop()
    }

    private static func fill(_ registry: FakeRegistry, _ descriptor: Descriptor, _ path: String, tag: String?) {
        guard let bytes = samples.content(descriptor.digest),
            let manifest = try? Manifest(bytes: bytes, digest: descriptor.digest, servedAs: descriptor.mediaType)
        else { return }
        switch manifest.content {
        case .image(let configuration, let layers):
            for blob in [configuration] + layers {
                if let content = samples.content(blob.digest) { registry.addBlob(content, repository: path) }
            }
        case .index(let entries):
            for entry in entries { fill(registry, entry, path, tag: nil) }
        }
        registry.addManifest(bytes, mediaType: descriptor.mediaType, repository: path, tag: tag)
    }

    /// The names of `list.txt`.
    static func list() throws -> [String] {
        try Fixtures.text("list.txt").split(separator: "\n").map(String.init)
    }

    // MARK: Saving

    var archive: String { directory.path("a.tar.gz") }

    /// The setup of a saver.
    func setup(
        _ choice: PlatformChoice = .platforms([.linuxAMD64]),
        jobs: Int = 4,
        wrapping: OuterCompression = .gzip(level: 6),
        output: ArchiveOutput? = nil,
        reuse: [String] = [],
        includesReferrers: Bool = false
    ) throws -> SaveSetup {
        var setup = SaveSetup(
            client: client,
            choice: choice,
            wrapping: wrapping,
            jobs: jobs,
            output: try output ?? ArchiveOutput(path: archive),
            temporaryDirectory: directory.path,
            counters: counters
        ) { [self] notice in notices.withLock { $0.append(notice.description) } }
        setup.reuse = reuse
        setup.includesReferrers = includesReferrers
        return setup
    }

    /// Pulls and saves names of the source registry, as the command does.
    ///
    /// - Returns: the outcome of each name.
    @discardableResult
    func save(
        _ names: [String],
        _ choice: PlatformChoice = .platforms([.linuxAMD64]),
        jobs: Int = 4,
        output: ArchiveOutput? = nil
    ) async throws -> [PullEvents.Event] {
        try await save(names, with: RegistrySaver(setup(choice, jobs: jobs, output: output)))
    }

    /// Pulls and saves names of the source registry, as the command does.
    @discardableResult
    func save(_ names: [String], with saver: any SaveEngine) async throws -> [PullEvents.Event] {
        let events = PullEvents(prefix: "\(source.authority)/")
        do {
            try await saver.pull(names.map(request), onEvent: events.take)
            let pulled = events.pulled
            if pulled.isEmpty { saver.discard() } else { try await saver.save(pulled) }
        } catch {
            saver.discard()
            throw error
        }
        return events.all
    }

    /// Returns a request for an image of the source registry.
    func request(_ name: String) -> PullRequest {
        PullRequest(
            image: ImageListEntry(reference: name, file: "list", line: 1),
            source: ImageName("\(source.authority)/\(name)")
        )
    }

    // MARK: Loading

    /// The outcomes of the steps of a load.
    struct Loaded {
        let outcomes: [LoadOutcome]

        /// The reasons that steps failed.
        var causes: [String?] { outcomes.map(\.cause) }

        /// The notices of all steps.
        var notices: [String] { outcomes.flatMap(\.notices).map(\.description) }

        /// The pushes of all steps.
        var pushes: [LoadOutcome.Push] {
            outcomes.compactMap { if case .push(let push) = $0.product { push } else { nil } }
        }

        /// The layers of each push: their short names, and `uploaded`, `existing` or `mounted from REPOSITORY`.
        var layers: [[String]] {
            pushes.map { push in
                push.blobs.filter(\.isLayer)
                    .map { blob in
                        let result =
                            switch blob.result {
                            case .mounted(let repository): "mounted from \(repository.path)"
                            default: "\(blob.result)"
                            }
                        return "\(blob.blob.digest.short) \(result)"
                    }
            }
        }
    }

    /// Returns a loader of the archive.
    ///
    /// - Parameter directory: the directory for temporary files.
    func loader(jobs: Int = 4, in directory: TemporaryDirectory) -> RegistryLoader {
        RegistryLoader(
            archives: [ArchiveLocation(archive)],
            client: client,
            jobs: jobs,
            temporaryDirectory: directory.path,
            counters: counters
        ) { _ in }
    }

    /// Loads the archive and performs the steps.
    func load(_ steps: [LoadStep], jobs: Int = 4) async throws -> Loaded {
        let run = try TemporaryDirectory()
        let loader = loader(jobs: jobs, in: run)
        _ = try await loader.load()
        let events = LoadEvents(steps)
        try await loader.perform(steps, onEvent: events.take)
        return Loaded(outcomes: events.all)
    }

    /// Returns a step that pushes an image to the target, under the same name or another.
    func push(_ name: String, as target: String? = nil) -> LoadStep {
        LoadStep(
            push: ImageName("\(source.authority)/\(name)"),
            as: ImageName("\(self.target.authority)/\(target ?? name)"),
            for: ImageListEntry(reference: name, file: "list", line: 1)
        )
    }

    /// Returns a step that creates a manifest list in the target.
    func list(_ target: String, _ architectures: [String]) -> LoadStep {
        LoadStep(
            manifestList: ImageName("\(self.target.authority)/\(target)"),
            of: architectures,
            for: ImageListEntry(reference: target, file: "list", line: 1)
        )
    }
}

/// The recorded events of a pull.
final class PullEvents: Sendable {
    struct Event: Equatable {
        var name: String
        /// The reason that the name failed; `nil` if it succeeded.
        var cause: String?
    }

    private let prefix: String
    private let state = Mutex((outcomes: [PullOutcome](), events: [Event](), announced: PullRequest?.none))

    init(prefix: String) { self.prefix = prefix }

    var all: [Event] { state.withLock(\.events) }

    var outcomes: [PullOutcome] { state.withLock(\.outcomes) }

    /// The requests that have not failed.
    var pulled: [PullRequest] { zip(outcomes, all).filter { $1.cause == nil }.map(\.0.request) }

    func take(_ event: SaveEvent) {
        state.withLock { state in
            guard case .finished(let outcome) = event else {
                if case .started(let request) = event { state.announced = request }
                return
            }
            let name = outcome.request.source.text
            var event = Event(name: name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
            if case .failed(let cause) = outcome.result { event.cause = cause }
            // An outcome without a start event gets another name.
            if state.announced != outcome.request { event.name = "unannounced \(event.name)" }
            state.announced = nil
            state.events.append(event)
            state.outcomes.append(outcome)
        }
    }
}

/// The outcomes of a load, in the order of the steps.
final class LoadEvents: Sendable {
    private let steps: [LoadStep]
    private let state = Mutex((outcomes: [LoadOutcome](), started: LoadStep?.none))

    init(_ steps: [LoadStep]) { self.steps = steps }

    var all: [LoadOutcome] { state.withLock(\.outcomes) }

    func take(_ event: LoadEvent) {
        state.withLock { state in
            switch event {
            case .started(let step): state.started = step
            case .finished(let outcome):
                let isInOrder = state.started == outcome.step && steps[state.outcomes.count] == outcome.step
                state.outcomes.append(isInOrder ? outcome : LoadOutcome(outcome.step, cause: "out of order"))
            }
        }
    }
}
