import HTTP
import OCI
import Registry
import Synchronization
import TestSupport
import Testing

/// Pushed blobs.
@Suite(.timeLimit(.minutes(5))) struct UploadTests {
    /// Pushes the fixture's blob to `rancher/y`.
    private static func upload(
        _ fixture: RegistryFixture,
        source: Source? = nil,
        mounting path: String? = nil
    ) async throws -> BlobPlacement {
        let domain = fixture.registry.authority
        return try await fixture.client.upload(
            fixture.blob,
            from: source ?? Source(bytes: fixture.content),
            to: Repository(domain: domain, path: "rancher/y"),
            mountingFrom: path.map { Repository(domain: domain, path: $0) }
        )
    }

    private static func isThere(_ fixture: RegistryFixture) -> Bool {
        fixture.registry.blob("rancher/y", fixture.blob.digest) == fixture.content
    }

    @Test(arguments: [FakeSwitches.Location.absolute, .relative, .otherHost])
    func anyLocation(location: FakeSwitches.Location) async throws {
        var switches = FakeSwitches()
        switches.location = location
        switches.omitsDigests = true
        let fixture = try RegistryFixture(switches)
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
        let puts = location == .otherHost ? fixture.registry.storageRequests : fixture.requests("PUT", "uploads")
        let put = try #require(puts.first)
        #expect(puts.count == 1)
        #expect(put.headers["Content-Type"] == "application/octet-stream")
        #expect(put.headers["Content-Length"] == "1500000")
        #expect(put.headers["Transfer-Encoding"] == nil)
        // The registry's query is preserved byte for byte, followed by the digest.
        #expect(put.target.hasSuffix("?_state=at%2F0%2B%3D%3D&digest=\(fixture.blob.digest)"))
        #expect(fixture.requests("POST", "uploads").first?.headers["Content-Length"] == "0")
    }

    @Test func emptyBlob() async throws {
        let fixture = try RegistryFixture()
        let blob = Descriptor(mediaType: "x/y", digest: ContentHash.digest(of: []), size: 0)
        let placement = try await fixture.client.upload(
            blob,
            from: Source(bytes: []),
            to: fixture.repository,
            mountingFrom: nil
        )
        #expect(placement == .uploaded)
        #expect(fixture.registry.blob("rancher/x", blob.digest) == [])
    }

    @Test func mountNeedsNoUpload() async throws {
        let fixture = try RegistryFixture()
        let placement = try await Self.upload(fixture, mounting: "rancher/x")
        #expect(placement == .mounted(from: fixture.repository))
        #expect(Self.isThere(fixture))
        #expect(fixture.log == ["POST /v2/rancher/y/blobs/uploads/"])
        let post = try #require(fixture.requests("POST", "uploads").first)
        #expect(post.query("mount") == [fixture.blob.digest.description])
        #expect(post.query("from") == ["rancher/x"])
    }

    @Test func unmountedBlobUsesTheStartedUpload() async throws {
        var switches = FakeSwitches()
        switches.mounts = false
        let fixture = try RegistryFixture(switches)
        #expect(try await Self.upload(fixture, mounting: "rancher/x") == .uploaded)
        #expect(Self.isThere(fixture))
        #expect(fixture.requests("POST", "uploads").count == 1)
    }

    @Test(arguments: [400, 401, 403, 404, 405])
    func refusedMountBecomesAnUpload(status: Int) async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.error(status), target: "mount="))
        #expect(try await Self.upload(fixture, mounting: "rancher/x") == .uploaded)
        #expect(Self.isThere(fixture))
    }

    @Test(arguments: [FakeFault.Kind.transport(.close), .error(503), .transport(.cutBody(after: 0))])
    func interruptedMountIsRetried(kind: FakeFault.Kind) async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(kind, target: "mount="))
        _ = try await Self.upload(fixture, mounting: "rancher/x")
        #expect(Self.isThere(fixture))
        #expect(fixture.requests("PUT", "uploads").isEmpty)
    }

    @Test(
        arguments: ["PUT", "POST"],
        [FakeFault.Kind.transport(.close), .transport(.reset), .error(500), .error(429)]
    )
    func interruptedUploadStartsOver(method: String, kind: FakeFault.Kind) async throws {
        let fixture = try RegistryFixture()
        // If the connection breaks, only the response is lost, and the blob exists.
        fixture.registry.add(FakeFault(kind, method: method, target: "uploads"))
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
        #expect(fixture.requests("POST", "uploads").count == (method == "PUT" ? 1 : 2))
        #expect(Set(fixture.requests("PUT", "uploads").map(\.path)).count == 1, "an upload that is known goes on")
    }

    /// Requests reach the replicas in turn, and one of them always fails.
    @Test(arguments: [2, 3, 4, 5], [503, 0])
    func oneOfSeveralReplicasMayBeBroken(replicas: Int, status: Int) async throws {
        for first in 0..<replicas {
            let fixture = try RegistryFixture()
            let count = Mutex(first)
            let server = try LoopbackServer { request in
                let turn = count.withLock { count in
                    count += 1
                    return count
                }
                guard turn % replicas != 0 || request.path == "/v2/" else {
                    return status == 0 ? LoopbackResponse(fault: .close) : LoopbackResponse(status: status)
                }
                return Self.uploads(request)
            }
            defer { server.stop() }
            let patience = RetryPolicy(
                duration: .seconds(2),
                firstWait: .milliseconds(1),
                longestWait: .milliseconds(1)
            )
            let http = HTTPClient(HTTPClient.Configuration(busyPause: .milliseconds(1)))
            let client = RegistryClient(http: http, settings: RegistrySettings(retryPolicy: patience))
            let placement = try await client.upload(
                fixture.blob,
                from: Source(bytes: fixture.content),
                to: Repository(domain: server.authority, path: "x"),
                mountingFrom: nil
            )
            #expect(placement == .uploaded)
            #expect(server.requests.count < 8 * replicas)
        }
    }

    /// A registry that has nothing of an upload before its end.
    private static func uploads(_ request: LoopbackRequest) -> LoopbackResponse {
        let headers: LoopbackHeaders = ["Location": "/v2/x/blobs/uploads/1", "Range": "0-0"]
        return switch request.method {
        case "POST": LoopbackResponse(status: 202, headers: headers)
        case "GET" where request.path == "/v2/": LoopbackResponse()
        case "GET": LoopbackResponse(status: 204, headers: headers)
        case "PUT": LoopbackResponse(status: 201)
        default: LoopbackResponse(status: 404)
        }
    }

    /// A digest after a fragment would not be sent.
    @Test func locationMayHaveAFragment() async throws {
        let server = try LoopbackServer { request in
            var answer = Self.uploads(request)
            if request.method == "POST" { answer.headers["Location"] = "/v2/x/blobs/uploads/1?_state=a#top" }
            if request.method == "PUT", request.query("digest").isEmpty { return LoopbackResponse(status: 400) }
            return answer
        }
        defer { server.stop() }
        let fixture = try RegistryFixture()
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        _ = try await client.upload(
            fixture.blob,
            from: Source(bytes: fixture.content),
            to: Repository(domain: server.authority, path: "x"),
            mountingFrom: nil
        )
        let put = try #require(server.requests.first { $0.method == "PUT" })
        #expect(put.target == "/v2/x/blobs/uploads/1?_state=a&digest=\(fixture.blob.digest)")
    }

    @Test("only 201 says that a blob is stored", arguments: [200, 202, 204, 205], [true, false])
    func otherSuccesses(status: Int, isStored: Bool) async throws {
        let fixture = try RegistryFixture()
        if isStored { fixture.registry.addBlob(fixture.content, repository: "rancher/y") }
        fixture.registry.add(
            FakeFault(.answer(LoopbackResponse(status: status)), method: "PUT", target: "uploads", times: .max)
        )
        let error = await registryError { _ = try await Self.upload(fixture) }
        let host = fixture.registry.authority
        let sentence =
            "\(host) answered \(status) to the push of the blob \(fixture.blob.digest) to \(host)/rancher/y, but does not"
            + " have the blob; check its log and that of any proxy"
        #expect(error?.description == (isStored ? nil : sentence))
        #expect(fixture.requests("HEAD", "blobs").count == (isStored ? 1 : 4))
    }

    /// Like an HTML page that answers every request.
    @Test(arguments: [nil, "0", "5120"], [true, false])
    func registryThatConfirmsEveryBlobIsNotBelieved(length: String?, knowsSize: Bool) async throws {
        let fixture = try RegistryFixture()
        var headers: LoopbackHeaders = ["Docker-Content-Digest": fixture.blob.digest.description]
        headers["Content-Length"] = length
        let answer = LoopbackResponse(headers: headers, body: [])
        fixture.registry.add(FakeFault(.answer(answer), method: "HEAD", times: .max))
        for _ in 0..<2 {
            let isThere = try await fixture.client.hasBlob(
                fixture.blob.digest,
                size: knowsSize ? fixture.blob.size : nil,
                in: fixture.repository
            )
            #expect(!isThere)
        }
        #expect(fixture.requests("HEAD", "blobs").count == (knowsSize && length == "5120" ? 2 : 3), "it is tested once")
    }

    @Test func lastFailureOfAnUploadIsReported() async throws {
        let fixture = try RegistryFixture(patience: .seconds(2))
        fixture.registry.add(FakeFault(.error(404), method: "PUT", target: "uploads", times: 4))
        fixture.registry.add(FakeFault(.error(503), method: "GET", target: "uploads", times: .max))
        let error = await registryError { _ = try await Self.upload(fixture) }
        let sentence = try #require(error).description
        #expect(sentence.contains("answered 503 when asked for the upload"), "\(sentence)")
        #expect(!sentence.contains("replicas"), "\(sentence)")
    }

    @Test func corruptContentIsNotStored() async throws {
        let fixture = try RegistryFixture()
        var bytes = fixture.content
        bytes[bytes.count - 1] ^= 1
        let wrong = ContentHash.digest(of: bytes)
        let error = await registryError { _ = try await Self.upload(fixture, source: Source(bytes: bytes)) }
        #expect(error?.code == .damaged)
        #expect(error?.description == "the blob \(fixture.blob.digest) has the digest \(wrong)")
        #expect(fixture.requests("PUT", "uploads").isEmpty, "the last bytes were held back, so no request was complete")
        #expect(!fixture.registry.repositories.contains("rancher/y"))
    }

    @Test func contentOfAnotherSizeIsNotSent() async throws {
        let fixture = try RegistryFixture()
        let source = Source(bytes: Array(fixture.content.dropLast()))
        let error = await registryError { _ = try await Self.upload(fixture, source: source) }
        #expect(error?.description == "the blob \(fixture.blob.digest) has 1499999 bytes, its manifest says 1500000")
        #expect(fixture.registry.requests.isEmpty)
    }

    @Test(
        "a success that began no upload is none",
        arguments: [LoopbackResponse(status: 202), LoopbackResponse(status: 200, text: "<html>Please log in</html>")]
    )
    func uploadResponseWithoutALocation(answer: LoopbackResponse) async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.answer(answer), target: "uploads", times: .max))
        let error = await registryError { _ = try await Self.upload(fixture) }
        let host = fixture.registry.authority
        #expect(
            error?.description == "the push of the blob \(fixture.blob.digest) to \(host)/rancher/y: \(host) answered"
                + " \(answer.status), but began no upload"
        )
    }

    @Test func refusalIsReported() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.error(403, "DENIED"), method: "POST"))
        let error = await registryError { _ = try await Self.upload(fixture) }
        #expect(error?.code == .denied)
    }

    @Test func registryWithAnotherDigestIsBelieved() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.error(400, "DIGEST_INVALID"), method: "PUT"))
        let error = await registryError { _ = try await Self.upload(fixture) }
        #expect(error?.code == .refused)
        #expect(error?.description.hasSuffix("digest invalid: provided digest did not match uploaded content") == true)
    }

    @Test(arguments: [(200, true), (404, false), (405, false)])
    func existence(status: Int, isThere: Bool) async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.answer(LoopbackResponse(status: status)), method: "HEAD"))
        #expect(try await fixture.client.hasBlob(fixture.blob.digest, in: fixture.repository) == isThere)
    }

    @Test func unreportedExistence() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.error(403, "DENIED"), method: "HEAD"))
        let error = await registryError {
            _ = try await fixture.client.hasBlob(fixture.blob.digest, in: fixture.repository)
        }
        #expect(error?.code == .denied)
    }
}
