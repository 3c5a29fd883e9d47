/// A manifest as the fake registry keeps it.
public struct FakeManifest: Sendable, Hashable {
    /// The bytes as pushed.
    public var bytes: [UInt8]
    /// The `Content-Type` of the push.
    public var mediaType: String
    /// The digest of the bytes.
    public var digest: String
}

/// The content of the fake registry, and its responses.
struct FakeRegistryState {
    struct Repository {
        /// The digests of the blobs in this repository.
        var blobs: Set<String> = []
        var manifests: [String: FakeManifest] = [:]
        var tags: [String: String] = [:]

        func manifest(_ reference: String) -> FakeManifest? {
            manifests[tags[reference] ?? reference]
        }
    }

    struct Upload {
        var repository: String
        var bytes: [UInt8] = []

        /// An opaque value that the client must return. It encodes the offset of the upload, and has characters that must stay encoded.
        var state: String { "at/\(bytes.count)+==" }
    }

    var switches: FakeSwitches
    var faults: [FakeFault] = []
    /// The kinds of faults of every response whose number is a multiple of `interval`, one after the other.
    var spoiling: (interval: Int, kinds: [FakeFault.Kind])?
    /// The number of responses since `spoiling` was set.
    var answers = 0
    var repositories: [String: Repository] = [:]
    /// The bytes of all blobs by digest, whatever repository has them.
    var blobs: [String: [UInt8]] = [:]
    var uploads: [String: Upload] = [:]
    /// The scopes of each token.
    var tokens: [String: Set<FakeScope>] = [:]
    /// The number of uploads and tokens so far, for their names.
    var issued = 0

    init(switches: FakeSwitches) {
        self.switches = switches
    }

    /// Answers a request to the registry.
    mutating func answer(_ request: LoopbackRequest, storage: String) -> LoopbackResponse {
        withFaults(request) { state in
            let route = state.route(request.path)
            if route == .token { return state.token(request) }
            if case .harbor = state.switches.peculiarities.projects, request.path.hasPrefix("/api/v2.0/") {
                return state.harbor(request)
            }
            if let refusal = state.refusal(request, route) { return refusal }
            if let missing = state.missingSpace(route) { return missing }
            if let refusal = state.peculiarRefusal(request, route) { return refusal }
            return state.answer(request, route, storage: storage)
        }
    }

    /// The resource that a path of the registry names.
    private func route(_ path: String) -> FakeRegistryRoute {
        let peculiarities = switches.peculiarities
        if path == peculiarities.tokenPath { return .token }
        let prefix = peculiarities.uploadPrefix
        return FakeRegistryRoute(path: path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path)
    }

    /// Answers a request to the storage, which needs no credentials.
    mutating func answerStorage(_ request: LoopbackRequest) -> LoopbackResponse {
        withFaults(request) { state in
            if state.switches.peculiarities.storageRefusesLogins, request.headers["Authorization"] != nil {
                return LoopbackResponse(status: 400, text: "<Error><Code>InvalidAuthenticationInfo</Code></Error>")
            }
            return switch FakeRegistryRoute(path: request.path) {
            case .blob(let name, let digest): state.fetchBlob(request, name, digest)
            case .upload(let name, let id): state.continueUpload(request, name, id, storage: "")
            default: LoopbackResponse(status: 403, text: "<Error><Code>AccessDenied</Code></Error>")
            }
        }
    }

    private mutating func answer(
        _ request: LoopbackRequest,
        _ route: FakeRegistryRoute,
        storage: String
    ) -> LoopbackResponse {
        if request.method == "HEAD", switches.refusesHead { return .registryError(405, "UNSUPPORTED") }
        switch route {
        case .ping: return switches.peculiarities.ping
        case .tags(let name): return tags(name)
        case .manifest(let name, let reference): return manifest(request, name, reference)
        case .blob(let name, let digest) where switches.redirectsBlobs && blob(digest, in: name) != nil:
            let target = "\(storage)\(request.path)?signature=secret%2Fsign"
            return LoopbackResponse(status: 307, headers: ["Location": target])
        case .blob(let name, let digest): return fetchBlob(request, name, digest)
        case .referrers(let name, let digest): return referrers(request, name, digest)
        case .uploads(let name): return startUpload(request, name, storage: storage)
        case .upload(let name, let id): return continueUpload(request, name, id, storage: storage)
        case .token, .unknown: return LoopbackResponse(status: 404, text: "404 page not found\n")
        }
    }

    /// Applies the first matching fault to the response.
    private mutating func withFaults(
        _ request: LoopbackRequest,
        _ answer: (inout Self) -> LoopbackResponse
    ) -> LoopbackResponse {
        guard let kind = nextFault(for: request) else { return answer(&self) }
        switch kind {
        case .answer(let response):
            return response
        case .cutUpload(let count):
            if case .upload(_, let id) = route(request.path) {
                uploads[id]?.bytes += request.body.prefix(count)
            }
            return LoopbackResponse(fault: .reset)
        case .transport(let fault):
            var response = answer(&self)
            response.fault = fault
            return response
        case .wrongByte:
            var response = answer(&self)
            if let last = response.body.indices.last { response.body[last] ^= 0xFF }
            return response
        }
    }

    private mutating func nextFault(for request: LoopbackRequest) -> FakeFault.Kind? {
        if let index = faults.firstIndex(where: { $0.matches(request) }) {
            guard faults[index].delay == 0 else {
                faults[index].delay -= 1
                return nil
            }
            faults[index].times -= 1
            return faults[index].kind
        }
        guard let spoiling else { return nil }
        answers += 1
        guard answers % spoiling.interval == 0 else { return nil }
        let kind = spoiling.kinds[(answers / spoiling.interval - 1) % spoiling.kinds.count]
        // The answer of a token server to a login is final.
        if case .answer(let answer) = kind, answer.status == 401,
            route(request.path) == .token
        {
            return nil
        }
        return kind
    }

    private func tags(_ name: String) -> LoopbackResponse {
        guard let repository = repositories[name] else {
            return .registryError(404, "NAME_UNKNOWN", detail: #"{"name":"\#(name)"}"#)
        }
        let list = repository.tags.keys.sorted().map { #""\#($0)""# }.joined(separator: ",")
        return LoopbackResponse(
            headers: ["Content-Type": "application/json"],
            text: #"{"name":"\#(name)","tags":[\#(list)]}"#
        )
    }

    /// `Docker-Content-Digest`, unless the registry omits it.
    func digestHeader(_ digest: String) -> [(name: String, value: String)] {
        let reported = switches.announcesWrongDigests ? "sha256:" + String(repeating: "0", count: 64) : digest
        return switches.omitsDigests ? [] : [(name: "Docker-Content-Digest", value: reported)]
    }
}
