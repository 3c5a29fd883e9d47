import HTTP
import OCI
import Registry
import Synchronization
import SystemIO
import TestSupport

/// A fake registry and a client of it, with one image `rancher/x:v1`; both are ended with the object.
final class RegistryFixture: Sendable {
    let registry: FakeRegistry
    let client: RegistryClient
    private let http: HTTPClient

    let repository: Repository
    /// Of more than a mebibyte, so that a part of it counts as progress.
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

    /// Another client, which knows nothing yet.
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
            settings: RegistrySettings(logins: logins ?? CredentialStore(), patience: patience)
        )
    }

    /// Fetches the blob.
    func download(canRestart: Bool = true) async throws -> [UInt8] {
        let memory = Memory(canRestart: canRestart)
        try await client.download(blob, from: repository, to: memory)
        return memory.bytes
    }

    /// Requests to the registry as `METHOD path`, without the ping.
    var log: [String] {
        registry.requests.filter { $0.path != "/v2/" }.map { "\($0.method) \($0.path)" }
    }

    func requests(_ method: String, _ part: String) -> [LoopbackRequest] {
        registry.requests.filter { $0.method == method && $0.target.contains(part) }
    }
}

private let sampleContent = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

/// Keeps a blob in memory, and how often it was begun anew.
final class Memory: ByteSink {
    private let state = Mutex((bytes: [UInt8](), restarts: 0))
    let canRestart: Bool

    init(canRestart: Bool = true) { self.canRestart = canRestart }

    var bytes: [UInt8] { state.withLock(\.bytes) }
    var restarts: Int { state.withLock(\.restarts) }

    func append(_ bytes: UnsafeRawBufferPointer) { state.withLock { $0.bytes.append(contentsOf: bytes) } }

    func restart() { state.withLock { $0 = ([], $0.restarts + 1) } }
}

/// A blob that lies in memory.
struct Source: BlobSource {
    let bytes: [UInt8]
    var size: Int64 { Int64(bytes.count) }

    func open() -> any ByteSource { MemorySource(bytes) }
}

/// The error of the kind that is expected, for what it says.
func registryError(_ work: () async throws -> Void) async -> RegistryError? {
    do {
        try await work()
        return nil
    } catch {
        return error as? RegistryError
    }
}
