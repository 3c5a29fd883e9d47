import HTTP
import OCI
import Registry
import Synchronization
import TestSupport
import Testing

/// Blobs that are pushed in chunks, after an interruption or because of a proxy's limit.
@Suite(.timeLimit(.minutes(5))) struct ChunkedUploadTests {
    private static let content = sampleBytes(20 << 20)
    private static let blob = Descriptor(
        mediaType: "x/y",
        digest: ContentHash.digest(of: content),
        size: Int64(content.count)
    )

    private static func upload(_ fixture: RegistryFixture, _ bytes: [UInt8] = content) async throws -> BlobPlacement {
        try await fixture.client.upload(
            blob,
            from: Source(bytes: bytes),
            to: Repository(domain: fixture.registry.authority, path: "rancher/y"),
            mountingFrom: nil
        )
    }

    private static func isThere(_ fixture: RegistryFixture) -> Bool {
        fixture.registry.blob("rancher/y", blob.digest) == content
    }

    private static func ranges(_ fixture: RegistryFixture) -> [String?] {
        fixture.requests("PATCH", "uploads").map { $0.headers["Content-Range"] }
    }

    @Test(arguments: ["PUT", "PATCH"])
    func interruptedUploadResumesAtTheRegistrysOffset(method: String) async throws {
        var switches = FakeSwitches()
        switches.dropsBrokenUploads = false
        let fixture = try RegistryFixture(switches)
        fixture.registry.add(FakeFault(.cutUpload(after: 5_000_000), method: "PUT", target: "uploads"))
        if method == "PATCH" {
            fixture.registry.add(FakeFault(.cutUpload(after: 7_000_000), method: "PATCH", target: "uploads"))
        }
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
        #expect(fixture.requests("POST", "uploads").count == 1)
        #expect(Self.ranges(fixture) == ["5000000-20971519"] + (method == "PATCH" ? ["12000000-20971519"] : []))
        #expect(fixture.requests("PUT", "uploads").map(\.bodySize) == [20_971_520, 0])
    }

    @Test func forgottenUploadStartsOver() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.cutUpload(after: 5_000_000), method: "PUT", target: "uploads"))
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
        #expect(fixture.requests("POST", "uploads").count == 2)
    }

    @Test func uploadThatAlwaysBreaksAtOnePlaceIsGivenUp() async throws {
        let fixture = try RegistryFixture(patience: .milliseconds(100))
        fixture.registry.add(FakeFault(.cutUpload(after: 5_000_000), method: "PUT", target: "uploads", times: .max))
        let error = await registryError { _ = try await Self.upload(fixture) }
        #expect(error?.code == .unreachable)
    }

    @Test func chunksFitTheProxyLimit() async throws {
        var switches = FakeSwitches()
        switches.largestRequest = 10 << 20
        let fixture = try RegistryFixture(switches)
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
        #expect(Self.ranges(fixture) == ["0-8388607", "8388608-16777215", "16777216-20971519"])
        #expect(fixture.requests("PUT", "uploads").map(\.bodySize) == [20_971_520, 0])
        let other = Array(Self.content.reversed())
        let blob = Descriptor(mediaType: "x/y", digest: ContentHash.digest(of: other), size: Int64(other.count))
        let repository = Repository(domain: fixture.registry.authority, path: "rancher/y")
        _ = try await fixture.client.upload(blob, from: Source(bytes: other), to: repository, mountingFrom: nil)
        #expect(fixture.requests("PUT", "uploads").map(\.bodySize) == [20_971_520, 0, 0], "it is known from then on")
    }

    @Test func proxyThatRejectsAllChunksIsReported() async throws {
        var switches = FakeSwitches()
        switches.largestRequest = 1 << 20
        let fixture = try RegistryFixture(switches)
        let error = await registryError { _ = try await Self.upload(fixture) }
        let host = fixture.registry.authority
        #expect(error?.code == .refused)
        #expect(
            error?.description
                == "the push of the blob \(Self.blob.digest) to \(host)/rancher/y: a proxy before \(host)"
                + " refuses 8388608 bytes as too large (413); raise the limit of the proxy before it, as with"
                + " client_max_body_size in nginx"
        )
    }

    @Test func minimumChunkSizeIsObeyed() async throws {
        var switches = FakeSwitches()
        switches.largestRequest = 15 << 20
        switches.shortestChunk = 12 << 20
        let fixture = try RegistryFixture(switches)
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
        #expect(Self.ranges(fixture) == ["0-12582911", "12582912-20971519"])
    }

    @Test func corruptContentInChunksIsNotStored() async throws {
        var switches = FakeSwitches()
        switches.largestRequest = 10 << 20
        let fixture = try RegistryFixture(switches)
        var bytes = Self.content
        bytes[0] ^= 1
        let error = await registryError { _ = try await Self.upload(fixture, bytes) }
        #expect(error?.code == .damaged)
        #expect(Self.ranges(fixture).count < 3, "the last chunk was held back")
        #expect(!fixture.registry.repositories.contains("rancher/y"))
    }

    @Test func registryWithoutChunksGetsOneRequest() async throws {
        var switches = FakeSwitches()
        switches.dropsBrokenUploads = false
        switches.refusesChunks = true
        let fixture = try RegistryFixture(switches)
        fixture.registry.add(FakeFault(.cutUpload(after: 5_000_000), method: "PUT", target: "uploads"))
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
        #expect(fixture.requests("PUT", "uploads").map(\.bodySize) == [20_971_520, 20_971_520])
    }

    @Test(arguments: [400, 404])
    func manifestIsPushedAgainWhileBlobsAreUnknown(status: Int) async throws {
        let fixture = try RegistryFixture()
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        let fault = FakeFault.Kind.error(status, "MANIFEST_BLOB_UNKNOWN")
        fixture.registry.add(FakeFault(fault, method: "PUT", target: "manifests", times: 3))
        try await fixture.client.put(manifest, as: .tag("v2"), in: fixture.repository)
        #expect(fixture.registry.manifest("rancher/x", "v2")?.bytes == manifest.bytes)
        fixture.registry.add(FakeFault(fault, method: "PUT", target: "manifests", times: 4))
        let error = await registryError {
            try await fixture.client.put(manifest, as: .tag("v3"), in: fixture.repository)
        }
        #expect(error?.status == status)
    }

    /// A registry whose uploads use chunks, with a given `Range` and minimum chunk size in its responses.
    private static func server(
        _ range: @escaping @Sendable (_ received: Int) -> String?,
        shortest: String? = nil
    ) throws -> (LoopbackServer, received: @Sendable () -> [UInt8]) {
        let received = Mutex<[UInt8]>([])
        let stored = Mutex<[UInt8]>([])
        let server = try LoopbackServer { request in
            var headers: LoopbackHeaders = ["Location": "/v2/x/blobs/uploads/1"]
            headers["OCI-Chunk-Min-Length"] = shortest
            switch request.method {
            case "POST": received.withLock { $0 = [] }
            case "PATCH" where request.bodySize > 10 << 20: return LoopbackResponse(status: 413)
            case "PATCH":
                headers["Range"] = range(
                    received.withLock { received in
                        received += request.body
                        return received.count
                    }
                )
            case "PUT":
                guard request.bodySize <= 10 << 20 else { return LoopbackResponse(status: 413) }
                let bytes = received.withLock { $0 } + request.body
                guard request.query("digest") == [ContentHash.digest(of: bytes).description] else {
                    return LoopbackResponse(status: 400)
                }
                stored.withLock { $0 = bytes }
                return LoopbackResponse(status: 201)
            default: return LoopbackResponse(status: request.path == "/v2/" ? 200 : 404)
            }
            return LoopbackResponse(status: 202, headers: headers)
        }
        return (server, { stored.withLock { $0 } })
    }

    private static func upload(to server: LoopbackServer, patience: Duration) async throws {
        let patience = RetryPolicy(duration: patience, firstWait: .milliseconds(1), longestWait: .milliseconds(20))
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings(retryPolicy: patience))
        _ = try await client.upload(
            blob,
            from: Source(bytes: content),
            to: Repository(domain: server.authority, path: "x"),
            mountingFrom: nil
        )
    }

    @Test func endOfARangeInsteadOfItsLastByte() async throws {
        let (server, stored) = try Self.server { "0-\($0)" }
        defer { server.stop() }
        try await Self.upload(to: server, patience: .seconds(60))
        #expect(stored() == Self.content)
    }

    @Test(arguments: ["9223372036854775807", "99999999999999999999", "-1"])
    func minimumChunkOfAnySize(shortest: String) async throws {
        let (server, stored) = try Self.server({ "0-\($0 - 1)" }, shortest: shortest)
        defer { server.stop() }
        let error = await registryError { try await Self.upload(to: server, patience: .milliseconds(100)) }
        // The complete blob exceeds the proxy's limit.
        #expect(error?.status == (shortest == "-1" ? nil : 413))
        #expect(stored().isEmpty == (error != nil))
    }

    @Test(arguments: ["0-0", "0-5", "0-9223372036854775806", "0-99999999"])
    func uploadWithoutProgressFails(range: String) async throws {
        let (server, _) = try Self.server { _ in range }
        defer { server.stop() }
        let error = await registryError { try await Self.upload(to: server, patience: .milliseconds(300)) }
        #expect(error?.code == .unreachable)
        #expect(error?.description.contains(" took a chunk up to byte 8388608, but reports ") == true)
        #expect(server.requests.count < 200)
    }

    @Test func registryWithoutProgressForChunksGetsOneRequest() async throws {
        var switches = FakeSwitches()
        switches.dropsBrokenUploads = false
        let fixture = try RegistryFixture(switches)
        fixture.registry.add(FakeFault(.cutUpload(after: 5_000_000), method: "PUT", target: "uploads"))
        let headers: LoopbackHeaders = ["Range": "0-0"]
        fixture.registry.add(
            FakeFault(.answer(LoopbackResponse(status: 202, headers: headers)), method: "PATCH", times: .max)
        )
        #expect(try await Self.upload(fixture) == .uploaded)
        #expect(Self.isThere(fixture))
    }
}
