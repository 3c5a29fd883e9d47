import ByteIO
import DockerArchive
import HTTP
import ImageEngine
import ImageModel
import Registry
import RegistryEngine
import SampleImages
import ScriptInterface
import Synchronization
import TestSupport

/// Two registries, the first with all samples, and what saves from the one and loads into the other.
final class EngineFixture: Sendable {
    static let samples = SampleImages(folder: Fixtures.path("source"))

    let source: StandInRegistry
    let target: StandInRegistry
    let folder: TemporaryFolder
    let http: HTTPClient
    let client: RegistryClient
    let notices = Mutex<[String]>([])

    init() throws {
        source = try StandInRegistry()
        target = try StandInRegistry()
        folder = try TemporaryFolder()
        http = HTTPClient(HTTPClient.Configuration(threads: 8))
        let retry = RetryPolicy(attempts: 3, firstDelay: 0.001, longestDelay: 0.002, longestRetryAfter: 5)
        client = RegistryClient(http: http, settings: RegistrySettings(retry: retry))
        for (name, descriptor) in try Self.samples.names() {
            let parts = name.split(separator: ":").map(String.init)
            Self.fill(source, descriptor, parts[0], tag: parts[1])
        }
    }

    deinit {
        source.stop()
        target.stop()
    }

    private static func fill(_ registry: StandInRegistry, _ descriptor: Descriptor, _ path: String, tag: String?) {
        guard let bytes = samples.content(descriptor.digest),
            let manifest = try? Manifest(bytes: bytes, servedAs: descriptor.mediaType)
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

    var archive: String { folder.path("a.tar.gz") }

    func saver(
        _ choice: PlatformChoice = .platforms([.linuxAMD64]),
        jobs: Int = 4,
        output: ArchiveOutput? = nil
    ) throws -> RegistrySaver {
        RegistrySaver(
            client: client,
            choice: choice,
            wrapping: .gzip(level: 6),
            jobs: jobs,
            output: try output ?? ArchiveOutput(path: archive)
        ) { notice in self.notices.withLock { $0.append(notice) } }
    }

    /// Pulls and saves names of the source registry, as the command does.
    ///
    /// - Returns: what became of each name.
    @discardableResult
    func save(
        _ names: [String],
        _ choice: PlatformChoice = .platforms([.linuxAMD64]),
        jobs: Int = 4,
        output: ArchiveOutput? = nil
    ) async throws -> [PullEvents.Event] {
        let saver = try saver(choice, jobs: jobs, output: output)
        let events = PullEvents(prefix: "\(source.authority)/")
        let references = names.map { "\(source.authority)/\($0)" }
        do {
            try await saver.pull(references, observer: events)
            try await saver.save(references)
        } catch {
            saver.discard()
            throw error
        }
        return events.all
    }

    // MARK: Loading

    struct Outcome {
        /// What was printed after the archive was opened.
        var lines: [String]
        /// Why each step failed.
        var causes: [String?]
        /// What was told on standard error.
        var warnings: String
    }

    /// Loads the archive and does the steps; in names `S/` stands for the source registry, `T/` for the target.
    func load(_ steps: [LoadStep], jobs: Int = 4) async throws -> Outcome {
        let run = try TemporaryFolder()
        let console = Console(
            output: try File(run.path("output"), for: .creating),
            errors: try File(run.path("errors"), for: .creating),
            programName: "load"
        )
        let loader = RegistryLoader(
            archive: archive,
            client: client,
            jobs: jobs,
            temporaryFolder: run.path,
            console: console
        )
        _ = try await loader.load()
        let before = try run.text("output").split(separator: "\n").count
        let events = LoadEvents()
        try await loader.perform(steps.map(named), observer: events)
        let lines = try run.text("output").split(separator: "\n").dropFirst(before)
            .map { String($0.replacing(target.authority, with: "T")) }
        return Outcome(lines: lines, causes: events.causes, warnings: try run.text("errors"))
    }

    /// The steps that load these names of the archive into the target.
    static func pushes(_ names: [String]) -> [LoadStep] {
        names.map { .push(source: "S/\($0)", target: "T/\($0)") }
    }

    private func named(_ step: LoadStep) -> LoadStep {
        let name = { (text: String) in
            text.hasPrefix("S/") ? self.source.authority + text.dropFirst() : self.target.authority + text.dropFirst()
        }
        return switch step {
        case .push(let source, let target): .push(source: name(source), target: name(target))
        case .manifestList(let target, let members): .manifestList(target: name(target), members: members.map(name))
        }
    }
}

/// What was told of a pull.
final class PullEvents: PullObserver {
    struct Event: Equatable {
        var name: String
        /// Why the name failed; `nil` where it did not.
        var cause: String?
    }

    private let prefix: String
    private let state = Mutex((events: [Event](), announced: String?.none))

    init(prefix: String) { self.prefix = prefix }

    var all: [Event] { state.withLock(\.events) }

    func willPull(_ reference: String) {
        state.withLock { $0.announced = reference }
    }

    func didPull(_ reference: String, _ outcome: PullOutcome) {
        state.withLock { state in
            var event = Event(name: reference.hasPrefix(prefix) ? String(reference.dropFirst(prefix.count)) : reference)
            if case .failed(let cause) = outcome { event.cause = cause }
            // One that was not announced shows up under another name.
            if state.announced != reference { event.name = "unannounced \(event.name)" }
            state.announced = nil
            state.events.append(event)
        }
    }
}

/// What was told of a load: every step in order, once.
final class LoadEvents: LoadObserver {
    private let state: Mutex<(causes: [String?], next: Int, begun: Int?)>

    init() {
        state = Mutex(([], 0, nil))
    }

    var causes: [String?] { state.withLock(\.causes) }

    func willPerform(_ index: Int) {
        state.withLock { $0.begun = index }
    }

    func didPerform(_ index: Int, cause: String?) {
        state.withLock { state in
            let isInOrder = state.begun == index && state.next == index
            state.causes.append(isInOrder ? cause : "step \(index) was told out of order")
            state.next += 1
        }
    }
}
