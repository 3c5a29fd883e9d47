/// How the fake registry behaves, as long as it is set so.
public struct FakeSwitches: Sendable {
    /// Whom the registry lets in.
    public enum Authentication: Sendable, Hashable {
        /// Everyone.
        case none
        /// Who sends this user and password with each request.
        case basic(user: String, password: String)
        /// Who brings a token for the repository and the action, which `/token` gives to this user, and for pulling to
        /// anyone if `anonymousPull`.
        case token(user: String, password: String, anonymousPull: Bool)
    }

    /// What the `Location` of an upload looks like.
    public enum Location: Sendable, Hashable {
        /// A URL of the registry.
        case absolute
        /// A path.
        case relative
        /// A URL of the storage, which wants no credentials.
        case otherHost
    }

    /// Whom the registry lets in.
    public var authentication = Authentication.none
    /// How long its tokens are said to live; `nil` to say nothing.
    public var tokenSeconds: Int? = 300
    /// What the `Location` of an upload looks like.
    public var location = Location.absolute
    /// Whether an upload of which a part has come is gone, as in distribution, which wants the state that it gave last.
    public var dropsBrokenUploads = true
    /// The most bytes that a proxy before it lets a request have; `nil` for any number.
    public var largestRequest: Int?
    /// What the registry tells as `OCI-Chunk-Min-Length`; `nil` for nothing.
    public var shortestChunk: Int?
    /// Whether `PATCH` is answered with 405.
    public var refusesChunks = false
    /// Whether a blob can be mounted from another repository. If not, the answer is an ordinary upload.
    public var mounts = true
    /// Whether blobs are fetched from the storage, to which a 307 leads.
    public var redirectsBlobs = false
    /// Whether a range of a blob is answered with the whole.
    public var ignoresRanges = false
    /// Whether answers lack `Docker-Content-Digest`.
    public var omitsDigests = false
    /// How many referrers an answer of the referrers API lists; `nil` where there is no such API.
    public var referrersPerPage: Int?
    /// Whether `HEAD` is answered with 405.
    public var refusesHead = false

    /// Whether `Docker-Content-Digest` has a digest that is not that of the manifest.
    public var announcesWrongDigests = false
    /// The status and the code of the answer to all manifests but docker's; `nil` where others are taken too.
    public var refusalOfOCI: (status: Int, code: String)?
    /// What is peculiar to a product.
    public var peculiarities = FakePeculiarities()

    /// An open registry that does everything right.
    public init() {}
}

/// Something that goes wrong a number of times.
public struct FakeFault: Sendable {
    /// What goes wrong.
    public enum Kind: Sendable {
        /// This is answered instead.
        case answer(LoopbackResponse)
        /// The right answer breaks on its way.
        case transport(LoopbackResponse.Fault)
        /// The last byte of the answer's body is another.
        case wrongByte
        /// Of the request's body, an upload gets so many bytes; then the connection is reset.
        case cutUpload(after: Int)
    }

    /// The method, or `nil` for any.
    public var method: String?
    /// A part of the request's target.
    public var target: String
    /// How many requests it is yet to meet.
    public var times: Int
    /// How many matching requests are answered before.
    public var delay: Int
    /// What goes wrong.
    public var kind: Kind

    /// A fault that `times` matching requests meet, the next ones or those after `delay` others.
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
