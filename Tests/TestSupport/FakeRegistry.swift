import OCI
import Synchronization

/// An OCI registry in memory that answers like `distribution/distribution`, and fails on request (OCI distribution-spec 1.1, and
/// distribution's docs/spec/api.md and docs/spec/auth).
///
/// A second server on another port is the storage that blobs are redirected to and, if a switch is set, uploads are sent to.
/// Both servers run until `stop`.
public final class FakeRegistry: Sendable {
    private let core: Core
    private let server: LoopbackServer
    private let storage: LoopbackServer

    /// The state that the handlers of both servers share.
    private final class Core: Sendable {
        let state: Mutex<FakeRegistryState>

        init(_ switches: FakeSwitches) {
            state = Mutex(FakeRegistryState(switches: switches))
        }
    }

    /// Starts both servers.
    ///
    /// - Parameter bytesPerSecond: The bandwidth of a connection to the registry in each direction.
    public init(_ switches: FakeSwitches = FakeSwitches(), bytesPerSecond: Int? = nil) throws {
        let core = Core(switches)
        let storage = try LoopbackServer { request in
            core.state.withLock { $0.answerStorage(request) }
        }
        self.core = core
        self.storage = storage
        server = try LoopbackServer(bytesPerSecond: bytesPerSecond) { request in
            core.state.withLock { $0.answer(request, storage: storage.url) }
        }
    }

    /// Stops both servers.
    public func stop() {
        server.stop()
        storage.stop()
    }

    /// `127.0.0.1:port`, the registry part of image references.
    public var authority: String { server.authority }

    /// `http://127.0.0.1:port`
    public var url: String { server.url }

    /// The behavior from the next request on.
    public var switches: FakeSwitches {
        get { core.state.withLock(\.switches) }
        set { core.state.withLock { $0.switches = newValue } }
    }

    /// Makes the next matching requests fail. If several faults match, the one added first is used first.
    public func add(_ fault: FakeFault) {
        core.state.withLock { $0.faults.append(fault) }
    }

    /// Makes one response in every `interval` fail, with one kind of fault after the other.
    public func spoilOne(of interval: Int, by kinds: [FakeFault.Kind]) {
        core.state.withLock { $0.spoiling = (interval, kinds) }
    }

    /// Removes the faults that are not used up.
    public func removeFaults() {
        core.state.withLock { $0.faults = [] }
    }

    /// The number of open connections. A connection that its client has closed counts until all received requests are answered.
    public var openConnections: Int { server.openConnections }

    /// The number of bytes sent so far, including heads and manifests.
    public var sentBytes: Int64 { server.sentBytes }

    /// The number of bytes received so far, including heads.
    public var receivedBytes: Int64 { server.receivedBytes }

    /// Rejects all tokens issued so far.
    public func expireTokens() {
        core.state.withLock { $0.tokens = [:] }
    }

    /// The requests to the registry so far, including its token service.
    public var requests: [LoopbackRequest] { server.requests }

    /// The requests to the storage so far.
    public var storageRequests: [LoopbackRequest] { storage.requests }

    // MARK: Content

    /// Adds a blob to a repository.
    @discardableResult
    public func addBlob(_ bytes: [UInt8], repository: String) -> Digest {
        core.state.withLock { $0.addBlob(bytes, to: repository) }
    }

    /// Adds a manifest to a repository without checking its descriptors.
    @discardableResult
    public func addManifest(
        _ bytes: [UInt8],
        mediaType: MediaType,
        repository: String,
        tag: String? = nil
    ) -> Digest {
        core.state.withLock { $0.addManifest(bytes, mediaType: mediaType.rawValue, to: repository, tag: tag) }
    }

    /// Adds an image with a manifest of docker's schema 2 to a repository.
    ///
    /// - Parameters:
    ///   - configuration: The JSON of the image configuration.
    ///   - layers: The layers as a registry stores them: compressed.
    /// - Returns: The digest of the manifest.
    @discardableResult
    public func addImage(
        repository: String,
        tag: String? = nil,
        configuration: [UInt8],
        layers: [[UInt8]]
    ) -> Digest {
        func descriptor(_ bytes: [UInt8], _ mediaType: String) -> String {
            let digest = addBlob(bytes, repository: repository)
            return #"{"mediaType":"\#(mediaType)","size":\#(bytes.count),"digest":"\#(digest)"}"#
        }
        let config = descriptor(configuration, MediaType.dockerConfiguration.rawValue)
        let list = layers.map { descriptor($0, "application/vnd.docker.image.rootfs.diff.tar.gzip") }
        let mediaType = MediaType.dockerManifest
        let manifest = """
            {"schemaVersion":2,"mediaType":"\(mediaType)","config":\(config),"layers":[\(list.joined(separator: ","))]}
            """
        return addManifest(Array(manifest.utf8), mediaType: mediaType, repository: repository, tag: tag)
    }

    /// The manifest that a tag or a digest names in a repository.
    public func manifest(_ repository: String, _ reference: String) -> FakeManifest? {
        core.state.withLock { $0.repositories[repository]?.manifest(reference) }
    }

    /// The blob of that digest, if the repository has it.
    public func blob(_ repository: String, _ digest: Digest) -> [UInt8]? {
        core.state.withLock { $0.blob(digest.description, in: repository) }
    }

    /// The names of the repositories, sorted.
    public var repositories: [String] {
        core.state.withLock { $0.repositories.keys.sorted() }
    }
}
