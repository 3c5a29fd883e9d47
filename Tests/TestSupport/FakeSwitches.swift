/// The behavior of the fake registry.
public struct FakeSwitches: Sendable {
    /// The credentials that the registry requires.
    public enum Authentication: Sendable, Hashable {
        /// No credentials.
        case none
        /// This user and password with each request.
        case basic(user: String, password: String)
        /// A token for the repository and the action, which `/token` issues to this user, and for pulling to every client if
        /// `anonymousPull`.
        case token(user: String, password: String, anonymousPull: Bool)
    }

    /// The form of the `Location` of an upload.
    public enum Location: Sendable, Hashable {
        /// A URL of the registry.
        case absolute
        /// A path.
        case relative
        /// A URL of the storage, which requires no credentials.
        case otherHost
    }

    /// The credentials that the registry requires.
    public var authentication = Authentication.none
    /// The announced lifetime of tokens; `nil` to omit it.
    public var tokenSeconds: Int? = 300
    /// The form of the `Location` of an upload.
    public var location = Location.absolute
    /// Whether an upload is lost after a broken request, as in distribution, which requires the state of its last response.
    public var dropsBrokenUploads = true
    /// The maximum number of bytes of a request through the proxy before it; `nil` for no limit.
    public var largestRequest: Int?
    /// The value of `OCI-Chunk-Min-Length`; `nil` to omit it.
    public var shortestChunk: Int?
    /// Whether `PATCH` is answered with 405.
    public var refusesChunks = false
    /// Whether a blob can be mounted from another repository. If not, the response starts an ordinary upload.
    public var mounts = true
    /// Whether blobs are redirected to the storage with 307.
    public var redirectsBlobs = false
    /// Whether a request for a range is answered with the complete blob.
    public var ignoresRanges = false
    /// Whether answers lack `Docker-Content-Digest`.
    public var omitsDigests = false
    /// The number of referrers per response of the referrers API; `nil` if there is no such API.
    public var referrersPerPage: Int?
    /// Whether `HEAD` is answered with 405.
    public var refusesHead = false

    /// Whether `Docker-Content-Digest` has a wrong digest.
    public var announcesWrongDigests = false
    /// The status and the code of the response to all manifests except docker's; `nil` if others are accepted too.
    public var refusalOfOCI: (status: Int, code: String)?
    /// The peculiarities of a product.
    public var peculiarities = FakePeculiarities()

    /// An open registry that behaves correctly.
    public init() {}
}

/// A fault of a number of requests.
public struct FakeFault: Sendable {
    /// The fault.
    public enum Kind: Sendable {
        /// This response is sent instead.
        case answer(LoopbackResponse)
        /// The transfer of the response fails.
        case transport(LoopbackResponse.Fault)
        /// The last byte of the response's body is wrong.
        case wrongByte
        /// The connection is reset after that many bytes of an upload's body.
        case cutUpload(after: Int)
    }

    /// The method, or `nil` for any.
    public var method: String?
    /// A part of the request's target.
    public var target: String
    /// The number of requests that it still applies to.
    public var times: Int
    /// The number of matching requests that are answered before.
    public var delay: Int
    /// The fault.
    public var kind: Kind

    /// A fault of the next `times` matching requests after `delay` others.
    public init(_ kind: Kind, method: String? = nil, target: String = "", times: Int = 1, after delay: Int = 0) {
        self.delay = delay
        self.kind = kind
        self.method = method
        self.target = target
        self.times = times
    }

    func matches(_ request: LoopbackRequest) -> Bool {
        times > 0 && (method ?? request.method) == request.method
            && (target.isEmpty || request.target.contains(target))
    }
}

extension FakeFault.Kind {
    /// An error of the registry, with the JSON body that distribution sends.
    public static func error(_ status: Int, _ code: String = "UNKNOWN", headers: LoopbackHeaders = [:]) -> Self {
        var response = LoopbackResponse.registryError(status, code)
        response.headers.entries += headers.entries
        return .answer(response)
    }
}
