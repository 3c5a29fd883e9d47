import HTTP
import OCI
import TestSupport
import Testing

/// The fake registry of other tests answers like the real one.
@Suite(.timeLimit(.minutes(5))) struct FakeRegistryTests {
    @Test(.enabled(if: Machine.hasRegistry, "needs docker-registry"))
    func answersLikeTheRealRegistry() async throws {
        let fakeCommand = try FakeRegistry()
        defer { fakeCommand.stop() }
        let real = try DistributionRegistry()
        let expected = try await Conversation(real.url).run()
        let reported = try await Conversation(fakeCommand.url).run()
        for (reported, expected) in zip(reported, expected) { #expect(reported == expected) }
        #expect(reported.count == expected.count)
    }

    @Test(arguments: [FakeSwitches.Location.relative, .otherHost])
    func uploadsFollowLocations(_ location: FakeSwitches.Location) async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        registry.switches.location = location
        let reported = try await Conversation(registry.url).run()
        #expect(reported.contains("PUT blob: 201 digest"))
        #expect(registry.storageRequests.isEmpty == (location == .relative))
    }

    @Test func tokensAreLimitedToTheirScopes() async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        registry.switches.authentication = .token(user: "u", password: "p", anonymousPull: true)
        registry.addManifest([1], mediaType: .dockerManifest, repository: "library/a", tag: "1")
        let client = HTTPClient()
        func status(_ path: String, _ authorization: String?) async throws -> HTTPResponse {
            var request = HTTPRequest(.get, registry.url + path)
            request.headers["Authorization"] = authorization
            return try await client.collect(request, limit: 1000)
        }
        func token(_ scope: String, _ authorization: String?) async throws -> String {
            let answer = try await status("/token?service=fake-registry&scope=\(scope)", authorization)
            let text = String(decoding: answer.body, as: UTF8.self)
            return text.split(separator: #"""#).dropFirst(3).first.map { "Bearer \($0)" } ?? ""
        }

        let refused = try await status("/v2/library/a/manifests/1", nil)
        #expect(refused.head.status == 401)
        #expect(
            refused.head.headers["WWW-Authenticate"]
                == #"Bearer realm="\#(registry.url)/token",service="fake-registry",scope="repository:library/a:pull""#
        )
        let pull = try await token("repository:library/a:pull,push", nil)
        #expect(try await status("/v2/library/a/manifests/1", pull).head.status == 200)
        let other = try await token("repository:library/b:pull", nil)
        #expect(try await status("/v2/library/a/manifests/1", other).head.status == 401)

        func upload(_ authorization: String) async throws -> Int {
            let headers: HTTPHeaders = ["Authorization": authorization]
            let request = HTTPRequest(.post, registry.url + "/v2/library/a/blobs/uploads/", headers: headers)
            return try await client.collect(request, limit: 1000).head.status
        }
        #expect(try await upload(pull) == 401, "nobody pushes without a name")
        let push = try await token("repository:library/a:pull,push", "Basic dTpw")
        #expect(try await upload(push) == 202)
        #expect(try await status("/token?scope=repository:library/a:pull", "Basic dTpx").head.status == 401)
        registry.expireTokens()
        #expect(try await upload(push) == 401)
    }

    @Test func faultsOccurAsRequested() async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let digest = registry.addBlob([1, 2, 3], repository: "a")
        registry.add(
            FakeFault(.error(503, "UNAVAILABLE", headers: ["Retry-After": "1"]), target: "/blobs/", times: 2)
        )
        registry.add(FakeFault(.wrongByte, method: "GET", target: digest.description))
        registry.add(FakeFault(.transport(.cutBody(after: 1)), target: digest.description))
        let client = HTTPClient()
        var reported: [String] = []
        for _ in 0..<5 {
            do {
                let request = HTTPRequest(.get, "\(registry.url)/v2/a/blobs/\(digest)")
                let answer = try await client.collect(request, limit: 1000)
                reported.append("\(answer.head.status) \(answer.body.count == 3 ? "\(answer.body)" : "")")
            } catch let error as HTTPError {
                reported.append(error.code.rawValue)
            }
        }
        #expect(reported == ["503 ", "503 ", "200 [1, 2, 252]", "interrupted", "200 [1, 2, 3]"])
    }

    @Test func optionsChangeTheResponses() async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let digest = registry.addBlob([1, 2, 3], repository: "a")
        let blob = "\(registry.url)/v2/a/blobs/\(digest)"
        let client = HTTPClient()
        func answer(_ method: HTTPMethod, _ url: String, _ headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
            try await client.collect(HTTPRequest(method, url, headers: headers), limit: 1000)
        }

        registry.switches.ignoresRanges = true
        let complete = try await answer(.get, blob, ["Range": "bytes=1-"])
        #expect(complete.head.status == 200)
        #expect(complete.body == [1, 2, 3])

        registry.switches.omitsDigests = true
        #expect(try await answer(.head, blob).head.headers["Docker-Content-Digest"] == nil)
        registry.switches.refusesHead = true
        #expect(try await answer(.head, blob).head.status == 405)

        registry.switches.redirectsBlobs = true
        let redirect = try await answer(.get, blob)
        #expect(redirect.head.status == 307)
        let target = try #require(redirect.head.headers["Location"])
        #expect(try await answer(.get, target).body == [1, 2, 3])
        #expect(registry.storageRequests.count == 1)

        registry.switches.mounts = false
        let mount = "\(registry.url)/v2/b/blobs/uploads/?mount=\(digest)&from=a"
        #expect(try await answer(.post, mount).head.status == 202)
    }
}

/// A client that sends all kinds of valid and invalid requests to a registry and records the responses.
private final class Conversation {
    private let url: String
    private let client = HTTPClient(HTTPClient.Configuration(threads: 1))
    private var notes: [String] = []

    init(_ url: String) {
        self.url = url
    }

    func run() async throws -> [String] {
        let blob = Array("a blob".utf8)
        let digest = ContentHash.digest(of: blob)
        let config = Array("{}".utf8)
        let configDigest = ContentHash.digest(of: config)
        let manifest = """
            {"schemaVersion":2,"mediaType":"\(MediaType.dockerManifest)",\
            "config":{"mediaType":"\(MediaType.dockerConfiguration)","size":\(config.count),"digest":"\(configDigest)"},\
            "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":\(blob.count),\
            "digest":"\(digest)"}]}
            """
        let manifestDigest = ContentHash.digest(of: Array(manifest.utf8))
        let none = ContentHash.digest(of: [])

        try await note("GET ping", .get, "/v2/")
        try await note("GET tags of no repository", .get, "/v2/x/a/tags/list")
        try await note("GET manifest of no repository", .get, "/v2/x/a/manifests/1", accept)
        try await note("HEAD no blob", .head, "/v2/x/a/blobs/\(digest)")
        try await note("GET no blob", .get, "/v2/x/a/blobs/\(digest)")
        try await putManifest("without its blobs", manifest, "1")

        let lost = try await note("POST upload", .post, "/v2/x/a/blobs/uploads/")
        try await note("PUT wrong digest", .put, with(lost, "digest=\(none)"), [:], blob)
        let start = try await note("POST upload", .post, "/v2/x/a/blobs/uploads/")
        let middle = try await note("PATCH", .patch, start, octets, Array(blob.prefix(3)))
        let end = try await note("PATCH", .patch, middle, octets, Array(blob.dropFirst(3)))
        try await note("PUT blob", .put, with(end, "digest=\(digest)"))
        try await note("PUT ended upload", .put, with(end, "digest=\(digest)"))
        let single = try await note("POST upload", .post, "/v2/x/a/blobs/uploads/")
        try await note("PUT whole blob", .put, with(single, "digest=\(configDigest)"), octets, config)

        try await note("HEAD blob", .head, "/v2/x/a/blobs/\(digest)")
        try await note("GET blob", .get, "/v2/x/a/blobs/\(digest)")
        for range in ["bytes=2-", "bytes=2-3", "bytes=2-99", "bytes=6-"] {
            try await note("GET \(range)", .get, "/v2/x/a/blobs/\(digest)", ["Range": range])
        }
        try await note("HEAD blob elsewhere", .head, "/v2/x/b/blobs/\(digest)")
        try await note("POST mount", .post, "/v2/x/b/blobs/uploads/?mount=\(digest)&from=x/a")
        try await note("POST mount of nothing", .post, "/v2/x/b/blobs/uploads/?mount=\(none)&from=x/a")
        try await note("HEAD mounted blob", .head, "/v2/x/b/blobs/\(digest)")

        try await putManifest("of garbage", "{", "1")
        try await putManifest("by a wrong digest", manifest, none.description)
        try await putManifest("by digest", manifest, manifestDigest.description)
        try await putManifest("by tag", manifest, "1")
        try await note("HEAD manifest", .head, "/v2/x/a/manifests/1", accept)
        try await note("GET manifest", .get, "/v2/x/a/manifests/\(manifestDigest)", accept)
        try await note("GET no manifest", .get, "/v2/x/a/manifests/2", accept)
        try await note("GET tags", .get, "/v2/x/a/tags/list")
        return notes
    }

    private let octets: HTTPHeaders = ["Content-Type": "application/octet-stream"]
    private let accept: HTTPHeaders = ["Accept": MediaType.manifests.map(\.rawValue).joined(separator: ", ")]

    private func putManifest(_ what: String, _ text: String, _ reference: String) async throws {
        let headers: HTTPHeaders = ["Content-Type": MediaType.dockerManifest.rawValue]
        try await note("PUT manifest \(what)", .put, "/v2/x/a/manifests/\(reference)", headers, Array(text.utf8))
    }

    private func with(_ location: String, _ query: String) -> String {
        location + (location.contains("?") ? "&" : "?") + query
    }

    /// Records status, error code, the kind of body or range and the presence of a digest; returns `Location`.
    @discardableResult
    private func note(
        _ what: String,
        _ method: HTTPMethod,
        _ target: String,
        _ headers: HTTPHeaders = [:],
        _ body: [UInt8] = []
    ) async throws -> String {
        let request = HTTPRequest(
            method,
            target.hasPrefix("/") ? url + target : target,
            headers: headers,
            body: body.isEmpty ? .none : .bytes(body)
        )
        let sink = RecordingSink()
        let interrupted = try await httpError { try await client.perform(request, into: sink) }
        let head = try #require(sink.head)
        let text = String(decoding: sink.body, as: UTF8.self)
        let fields = head.headers
        var notes = ["\(what): \(head.status)"]
        if let interrupted {
            notes.append(interrupted.code.rawValue)
        } else if head.status >= 400 {
            notes +=
                text.firstRange(of: #""code":""#).map { [String(text[$0.upperBound...].prefix { $0 != "\"" })] } ?? []
        } else {
            if fields["Docker-Content-Digest"] != nil { notes.append("digest") }
            if method == .get { notes.append(text.filter { !$0.isNewline }) }
            if method == .head { notes += fields.values("Content-Length") + fields.values("Content-Type") }
        }
        notes += fields.values("Content-Range") + (head.status == 202 ? fields.values("Range") : [])
        self.notes.append(notes.joined(separator: " "))
        return fields["Location"] ?? ""
    }
}
