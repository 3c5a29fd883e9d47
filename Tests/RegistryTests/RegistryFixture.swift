import HTTP
import OCI
import Registry
import Synchronization
import SystemIO
import TestSupport

/// A fake registry with a client and the image `rancher/x:v1`; both end with the object.
final class RegistryFixture: Sendable {
    let registry: FakeRegistry
    let client: RegistryClient
    private let http: HTTPClient

    let repository: Repository
    /// More than 1 MiB, so that a part counts as progress.
    let content = sampleContent
    let blob: Descriptor
    let manifestDigest: Digest

    init(
        _ switches: FakeSwitches = FakeSwitches(),
        config: (String) -> String? = { _ in nil },
        patience: Duration = .seconds(60)
    ) throws {
        let registry = try FakeRegistry(switches)
        self.registry = registry
        http = HTTPClient(HTTPClient.Configuration(threads: 4, busyPause: .milliseconds(1)))
        client = try RegistryFixture.client(of: registry, http, config: config(registry.authority), patience)
        repository = Repository(domain: registry.authority, path: "rancher/x")
        blob = Descriptor(
            mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
            digest: registry.addBlob(content, repository: "rancher/x"),
            size: Int64(content.count)
        )
        manifestDigest = registry.addImage(
            repository: "rancher/x",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8),
            layers: [content]
        )
    }

    deinit {
        registry.stop()
    }

    /// Returns another client, without any state.
    func newClient(config: String? = nil, patience: Duration = .seconds(60)) throws -> RegistryClient {
        try Self.client(of: registry, http, config: config, patience)
    }

    private static func client(
        of registry: FakeRegistry,
        _ http: HTTPClient,
        config: String?,
        _ duration: Duration
    ) throws -> RegistryClient {
        let logins = try config.map {
            CredentialStore([
                CredentialStore.Source(
                    name: "/etc/logins.json",
                    configuration: try DockerConfiguration(json: Array($0.utf8))
                )
            ])
        }
        let patience = RetryPolicy(duration: duration, firstWait: .milliseconds(1), longestWait: .milliseconds(20))
        return RegistryClient(
            http: http,
            settings: RegistrySettings(logins: logins ?? CredentialStore(), retryPolicy: patience)
        )
    }

    /// Downloads the blob.
    func download(canRestart: Bool = true) async throws -> [UInt8] {
        let memory = Memory(canRestart: canRestart)
        try await client.download(blob, from: repository, to: memory)
        return memory.bytes
    }

    /// The requests to the registry as `METHOD path`, without the ping.
    var log: [String] {
        registry.requests.filter { $0.path != "/v2/" }.map { "\($0.method) \($0.path)" }
    }

    func requests(_ method: String, _ part: String) -> [LoopbackRequest] {
        registry.requests.filter { $0.method == method && $0.target.contains(part) }
    }
}

private let sampleContent = sampleBytes(1_500_000)

/// Keeps a blob in memory and counts restarts.
final class Memory: ByteSink {
    private let state = Mutex((bytes: [UInt8](), restarts: 0))
    let canRestart: Bool

    init(canRestart: Bool = true) { self.canRestart = canRestart }

    var bytes: [UInt8] { state.withLock(\.bytes) }
    var restarts: Int { state.withLock(\.restarts) }

    func append(_ bytes: UnsafeRawBufferPointer) { state.withLock { $0.bytes.append(contentsOf: bytes) } }

    func restart() { state.withLock { $0 = ([], $0.restarts + 1) } }
}

/// A blob in memory.
struct Source: BlobSource {
    let bytes: [UInt8]
    var size: Int64 { Int64(bytes.count) }

    func open() -> any ByteSource { MemorySource(bytes) }
}

/// Returns the `RegistryError` of an operation; `nil` if there is none.
func registryError(_ work: () async throws -> Void) async -> RegistryError? {
    do {
        try await work()
        return nil
    } catch {
        return error as? RegistryError
    }
}
