import DockerEngine
import Engine
import Synchronization

/// The engine of a run with `--engine auto`: docker, or the registry engine after a command has not found docker. `registry`'s lock protects
/// the choice.
final class EngineSwitch<Engine: Sendable>: Sendable {
    /// Creates the registry engine.
    ///
    /// - Parameters:
    ///   - reason: a clause to follow "the registry engine moves the images: ".
    ///   - alongsideDocker: whether docker's local store can be read.
    typealias MakeRegistryEngine = @Sendable (_ reason: String, _ alongsideDocker: Bool) async throws -> Engine

    private let docker: Engine
    private let makeRegistryEngine: MakeRegistryEngine
    private let registry = Mutex<Engine?>(nil)

    init(docker: Engine, registry: @escaping MakeRegistryEngine) {
        self.docker = docker
        makeRegistryEngine = registry
    }

    var current: Engine { registry.withLock(\.self) ?? docker }

    var isDocker: Bool { registry.withLock { $0 == nil } }

    /// Switches to the registry engine.
    func change(_ reason: String, alongsideDocker: Bool) async throws -> Engine {
        let engine = try await makeRegistryEngine(reason, alongsideDocker)
        registry.withLock { $0 = engine }
        return engine
    }

    /// Calls `body` with the current engine, and again with the registry engine if there is no docker.
    func perform<Result>(_ body: (Engine) async throws -> Result) async throws -> Result {
        do {
            return try await body(current)
        } catch let absence as DockerUnavailable {
            // Podman's store can be read as docker's.
            let alongsideDocker = if case .podman = absence { true } else { false }
            return try await body(try await change("\(absence)", alongsideDocker: alongsideDocker))
        }
    }
}

/// Saves with the docker commands of the script, or with the registry engine if the first command finds no docker.
struct AutoSaver: SaveEngine {
    private let engines: EngineSwitch<any SaveEngine>

    init(docker: DockerSaver, registry: @escaping EngineSwitch<any SaveEngine>.MakeRegistryEngine) {
        engines = EngineSwitch(docker: docker, registry: registry)
    }

    func chartHandling() async throws -> ChartHandling {
        try await engines.perform { try await $0.chartHandling() }
    }

    func pull(_ images: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws {
        try await engines.perform { try await $0.pull(images, onEvent: onEvent) }
    }

    /// Saves the images. If docker writes something else, the registry engine pulls and saves them.
    func save(_ images: [PullRequest]) async throws {
        do {
            try await engines.current.save(images)
        } catch let error as SavedArchiveError where engines.isDocker && error.leavesNothing {
            engines.current.discard()
            let registry = try await engines.change(error.problem, alongsideDocker: true)
            let failure = Mutex<String?>(nil)
            try await registry.pull(images) { event in
                guard case .finished(let outcome) = event, case .failed(let cause) = outcome.result else { return }
                failure.withLock { $0 = $0 ?? "\(outcome.request.source): \(cause)" }
            }
            if let failure = failure.withLock(\.self) { throw CommandError("\(error.problem), and \(failure)") }
            try await registry.save(images)
        }
    }

    @discardableResult
    func discard() -> Int64 { engines.current.discard() }
}

/// Loads with the docker commands of the script, or with the registry engine if the first command finds no docker.
struct AutoLoader: LoadEngine {
    private let engines: EngineSwitch<any LoadEngine>

    init(docker: DockerLoader, registry: @escaping EngineSwitch<any LoadEngine>.MakeRegistryEngine) {
        engines = EngineSwitch(docker: docker, registry: registry)
    }

    func chartHandling() async throws -> ChartHandling {
        try await engines.perform { try await $0.chartHandling() }
    }

    func load() async throws -> LoadedArchive {
        try await engines.perform { try await $0.load() }
    }

    func perform(_ steps: [LoadStep], onEvent: @escaping @Sendable (LoadEvent) -> Void) async throws {
        try await engines.current.perform(steps, onEvent: onEvent)
    }
}
