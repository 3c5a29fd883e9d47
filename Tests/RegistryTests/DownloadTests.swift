import HTTP
import OCI
import Registry
import SystemIO
import TestSupport
import Testing

/// Complete, interrupted and corrupt blobs.
@Suite(.timeLimit(.minutes(5))) struct DownloadTests {
    @Test func completeBlob() async throws {
        let fixture = try RegistryFixture()
        #expect(try await fixture.download() == fixture.content)
        let request = try #require(fixture.requests("GET", "blobs").first)
        #expect(request.headers["Range"] == nil)
        #expect(request.headers["Accept-Encoding"] == "identity")
    }

    @Test func empty() async throws {
        let fixture = try RegistryFixture()
        let blob = Descriptor(mediaType: "x/y", digest: fixture.registry.addBlob([], repository: "rancher/x"), size: 0)
        let memory = Memory()
        try await fixture.client.download(blob, from: fixture.repository, to: memory)
        #expect(memory.bytes.isEmpty)
    }

    @Test(arguments: [false, true])
    func interruptedTransferResumes(isRedirected: Bool) async throws {
        var switches = FakeSwitches()
        switches.redirectsBlobs = isRedirected
        let fixture = try RegistryFixture(switches)
        for count in [1_000, 30_000, 0] {
            fixture.registry.add(
                FakeFault(.transport(.cutBody(after: count)), target: isRedirected ? "signature" : "blobs")
            )
        }
        let memory = Memory(canRestart: false)
        try await fixture.client.download(fixture.blob, from: fixture.repository, to: memory)
        #expect(memory.bytes == fixture.content)
        let requests = isRedirected ? fixture.registry.storageRequests : fixture.requests("GET", "blobs")
        #expect(requests.map { $0.headers["Range"] } == [nil, "bytes=1000-", "bytes=31000-", "bytes=31000-"])
    }

    @Test func transferWithProgressOutlastsTheTimeLimit() async throws {
        let fixture = try RegistryFixture()
        let content = [UInt8](repeating: 7, count: 5 << 20)
        let blob = Descriptor(
            mediaType: "x/y",
            digest: fixture.registry.addBlob(content, repository: "rancher/x"),
            size: 5 << 20
        )
        fixture.registry.add(FakeFault(.transport(.cutBody(after: 1 << 20)), target: "blobs", times: 4))
        let memory = Memory()
        // So short that each interruption exceeds it, unless bytes count as progress.
        let client = try fixture.newClient(patience: .nanoseconds(1))
        try await client.download(blob, from: fixture.repository, to: memory)
        #expect(memory.bytes == content)
        #expect(memory.restarts == 0)
    }

    @Test func ignoredRangeIsSkipped() async throws {
        var switches = FakeSwitches()
        switches.ignoresRanges = true
        let fixture = try RegistryFixture(switches)
        fixture.registry.add(FakeFault(.transport(.cutBody(after: 700_000)), target: "blobs"))
        #expect(try await fixture.download(canRestart: false) == fixture.content)
    }

    @Test(
        "answers to a range that are another one",
        arguments: [
            (["Content-Range": "bytes 200-299/300"], "later than was asked for"), ([:], "which one is not said"),
            (["Content-Range": "items 0-9/10"], "not of bytes"), (["Content-Range": "bytes x"], "no number"),
        ] as [([String: String], String)]
    )
    func anotherRange(fields: [String: String], reason: String) async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.transport(.cutBody(after: 100)), target: "blobs"))
        let headers = LoopbackHeaders(fields.map { (name: $0.key, value: $0.value) })
        let answer = LoopbackResponse(status: 206, headers: headers, body: [UInt8](repeating: 0, count: 100))
        fixture.registry.add(FakeFault(.answer(answer), target: "blobs"))
        #expect(try await fixture.download(canRestart: false) == fixture.content)
    }

    @Test func earlierRangeIsSkipped() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.transport(.cutBody(after: 100)), target: "blobs"))
        let rest = Array(fixture.content[40...])
        let answer = LoopbackResponse(
            status: 206,
            headers: ["Content-Range": "bytes 40-1499999/1500000"],
            body: rest
        )
        fixture.registry.add(FakeFault(.answer(answer), target: "blobs"))
        #expect(try await fixture.download(canRestart: false) == fixture.content)
        #expect(fixture.requests("GET", "blobs").count == 2)
    }

    @Test func wrongBytesInARangeCorruptTheBlob() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.transport(.cutBody(after: 100)), target: "blobs"))
        fixture.registry.add(FakeFault(.wrongByte, target: "blobs"))
        let memory = Memory()
        try await fixture.client.download(fixture.blob, from: fixture.repository, to: memory)
        #expect(memory.bytes == fixture.content)
        #expect(memory.restarts == 1)
        #expect(fixture.requests("GET", "blobs").map { $0.headers["Range"] } == [nil, "bytes=100-", nil])
    }

    @Test func streamCannotRestart() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.transport(.cutBody(after: 100)), target: "blobs"))
        fixture.registry.add(FakeFault(.wrongByte, target: "blobs"))
        let error = await registryError { _ = try await fixture.download(canRestart: false) }
        #expect(error?.code == .damaged)
    }

    /// A stream can restart until its first byte was written.
    @Test func bytesWrittenToAStreamAreFinal() async throws {
        final class Stream: ByteSink {
            let memory = Memory()
            var canRestart: Bool { memory.bytes.isEmpty }

            func append(_ bytes: UnsafeRawBufferPointer) { memory.append(bytes) }
            func restart() { memory.restart() }
        }
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.wrongByte, target: "blobs"))
        let stream = Stream()
        let error = await registryError {
            try await fixture.client.download(fixture.blob, from: fixture.repository, to: stream)
        }
        #expect(error?.code == .damaged)
        #expect(stream.memory.restarts == 0)
    }

    @Test func registryThatCorruptsEveryRangeIsGivenUp() async throws {
        let fixture = try RegistryFixture()
        for _ in 0..<20 {
            fixture.registry.add(FakeFault(.transport(.cutBody(after: 1_200_000)), target: "blobs"))
            fixture.registry.add(FakeFault(.wrongByte, target: "blobs"))
        }
        let error = await registryError { _ = try await fixture.download() }
        #expect(error?.code == .damaged)
        #expect(fixture.requests("GET", "blobs").count == 4)
    }

    @Test func corruptBlobIsDownloadedAgain() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.wrongByte, target: "blobs"))
        _ = try await fixture.download()
        #expect(fixture.requests("GET", "blobs").count == 2)
    }

    @Test func wrongDigestIsDownloadedOnceMore() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.wrongByte, target: "blobs", times: .max))
        let error = await registryError { _ = try await fixture.download() }
        let name = "the blob \(fixture.blob.digest) of \(fixture.repository)"
        #expect(error?.code == .damaged)
        #expect(error?.description.hasPrefix("\(name) has the digest sha256:") == true)
        #expect(error?.description.hasSuffix("; the registry's copy is damaged") == true)
        #expect(fixture.requests("GET", "blobs").count == 2)
    }

    /// More than 1 MiB is missing in one case, which counts as progress each time.
    @Test(arguments: [10, 1_400_000], [false, true])
    func blobThatStaysTruncated(have: Int, ignoresRanges: Bool) async throws {
        var switches = FakeSwitches()
        switches.ignoresRanges = ignoresRanges
        let fixture = try RegistryFixture(switches, patience: .milliseconds(200))
        let short = fixture.registry.addBlob(Array(fixture.content.prefix(have)), repository: "rancher/x")
        let blob = Descriptor(mediaType: "x/y", digest: short, size: fixture.blob.size)
        let error = await registryError {
            try await fixture.client.download(blob, from: fixture.repository, to: Memory())
        }
        let name = "the blob \(short) of \(fixture.repository)"
        let host = fixture.registry.authority
        #expect(
            error?.description
                == (ignoresRanges
                    ? "\(name): \(host) sent \(have) of 1500000 bytes; check the network and what stands on the way, or give it"
                        + " longer with --patience"
                    : "\(name) ends after \(have) of 1500000 bytes; the registry's copy is damaged")
        )
    }

    @Test(arguments: [false, true])
    func blobThatIsTooLong(isChunked: Bool) async throws {
        let fixture = try RegistryFixture()
        let long = LoopbackResponse(body: fixture.content + [0], isChunked: isChunked)
        fixture.registry.add(FakeFault(.answer(long), target: "blobs", times: .max))
        let memory = Memory()
        let error = await registryError {
            try await fixture.client.download(fixture.blob, from: fixture.repository, to: memory)
        }
        #expect(error?.code == .damaged)
        #expect(
            error?.description
                == "the blob \(fixture.blob.digest) is longer in the registry than the 1500000 bytes its manifest says"
        )
        #expect(memory.bytes.count <= fixture.content.count)
        #expect(fixture.requests("GET", "blobs").count == 1)
    }

    @Test func missingBlobIsReported() async throws {
        let fixture = try RegistryFixture()
        let error = await registryError {
            let elsewhere = Repository(domain: fixture.registry.authority, path: "rancher/y")
            try await fixture.client.download(fixture.blob, from: elsewhere, to: Memory())
        }
        #expect(error?.code == .notFound)
        #expect(error?.description.hasSuffix("blob unknown: blob unknown to registry") == true)
    }

    @Test func busyRegistryIsRetried() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.error(503), target: "blobs", times: 2))
        #expect(try await fixture.download() == fixture.content)
    }

    @Test func redirectsWithoutEndAreGivenUp() async throws {
        let fixture = try RegistryFixture()
        let again = LoopbackResponse(status: 307, headers: ["Location": "/v2/rancher/x/blobs/again"])
        fixture.registry.add(FakeFault(.answer(again), target: "blobs", times: .max))
        let error = await registryError { _ = try await fixture.download() }
        #expect(error?.description == "\(fixture.registry.url) redirects more than 10 times")
    }

    private final class FullDisk: ByteSink {
        struct Full: Error {}

        let canRestart = true
        func append(_ bytes: UnsafeRawBufferPointer) throws { throw Full() }
        func restart() {}
    }

    @Test func errorOfTheDestinationEndsTheTransfer() async throws {
        let fixture = try RegistryFixture()
        await #expect(throws: FullDisk.Full.self) {
            try await fixture.client.download(fixture.blob, from: fixture.repository, to: FullDisk())
        }
        #expect(fixture.requests("GET", "blobs").count == 1)
    }

    @Test func smallBlobsAreKeptInMemory() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.transport(.cutBody(after: 100)), target: "blobs"))
        let bytes = try await fixture.client.content(of: fixture.blob, from: fixture.repository, limit: 1_500_000)
        #expect(bytes == fixture.content)
        let error = await registryError {
            _ = try await fixture.client.content(of: fixture.blob, from: fixture.repository, limit: 1_499_999)
        }
        #expect(error?.description.hasSuffix("has 1500000 bytes, which is too much here") == true)
    }
}
