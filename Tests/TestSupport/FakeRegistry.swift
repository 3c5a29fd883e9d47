import OCI
import Synchronization

/// An OCI distribution registry in memory that answers as `distribution/distribution` does, and misbehaves where it is told
/// to (OCI distribution-spec 1.1, and distribution's docs/spec/api.md and docs/spec/auth).
///
/// A second server on another port plays the storage to which blobs are redirected and, by a switch, uploads are sent.
/// Both live until `stop`.
public final class FakeRegistry: Sendable {
    private let core: Core
    private let server: LoopbackServer
    private let storage: LoopbackServer

    /// What both servers' handlers work on.
    private final class Core: Sendable {
        let state: Mutex<FakeRegistryState>

        init(_ switches: FakeSwitches) {
            state = Mutex(FakeRegistryState(switches: switches))
        }
    }

    /// Starts both servers.
    ///
    /// - Parameter bytesPerSecond: how much a connection to the registry moves each way.
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

    /// Ends both servers.
    public func stop() {
        server.stop()
        storage.stop()
    }

    /// `127.0.0.1:port`: what an image's reference begins with.
    public var authority: String { server.authority }

    /// `http://127.0.0.1:port`
    public var url: String { server.url }

    /// How it behaves, from the next request on.
    public var switches: FakeSwitches {
        get { core.state.withLock(\.switches) }
        set { core.state.withLock { $0.switches = newValue } }
    }

    /// Has the next requests that match go wrong. Of several faults that match, the one added first is used up first.
    public func add(_ fault: FakeFault) {
        core.state.withLock { $0.faults.append(fault) }
    }

    /// Has one answer of so many go wrong, by one kind of fault after the other.
    public func spoilOne(of interval: Int, by kinds: [FakeFault.Kind]) {
        core.state.withLock { $0.spoiling = (interval, kinds) }
    }

    /// Takes back the faults that have not been used up.
    public func removeFaults() {
        core.state.withLock { $0.faults = [] }
    }

    /// How many connections are open, those that clients have left among them until all that came is answered.
    public var openConnections: Int { server.openConnections }

    /// How many bytes have been sent so far, heads and manifests included.
    public var sentBytes: Int64 { server.sentBytes }

    /// How many bytes have come so far, heads included.
    public var receivedBytes: Int64 { server.receivedBytes }

    /// Has all tokens given out so far be rejected.
    public func expireTokens() {
        core.state.withLock { $0.tokens = [:] }
    }

    /// The requests to the registry so far, the token service included.
    public var requests: [LoopbackRequest] { server.requests }

    /// The requests to the storage so far.
    public var storageRequests: [LoopbackRequest] { storage.requests }

    // MARK: Content

    /// Puts a blob into a repository.
    @discardableResult
    public func addBlob(_ bytes: [UInt8], repository: String) -> Digest {
        core.state.withLock { $0.addBlob(bytes, to: repository) }
    }

    /// Puts a manifest into a repository, as it is and without a look at what it names.
    @discardableResult
    public func addManifest(
        _ bytes: [UInt8],
        mediaType: MediaType,
        repository: String,
        tag: String? = nil
    ) -> Digest {
        core.state.withLock { $0.addManifest(bytes, mediaType: mediaType.rawValue, to: repository, tag: tag) }
    }

    /// Puts an image with docker's manifest into a repository.
    ///
    /// - Parameters:
    ///   - configuration: the image configuration's JSON.
    ///   - layers: the layers as they are stored, so compressed ones.
    /// - Returns: the manifest's digest.
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
