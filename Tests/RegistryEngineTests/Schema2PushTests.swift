import Engine
import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// Registries that accept only docker's schema 2.
@Suite(.timeLimit(.minutes(2))) struct Schema2PushTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    /// Returns the manifest of a name in the target, and verifies the entries of a list.
    private func put(_ repository: String, _ reference: String) throws -> Manifest {
        let put = try #require(fixture.target.manifest(repository, reference))
        return try Manifest(bytes: put.bytes, servedAs: MediaType(rawValue: put.mediaType))
    }

    @Test(
        "the ways to say that OCI manifests are not taken",
        arguments: [
            (415, "MANIFEST_INVALID"), (415, "UNKNOWN"), (400, "MANIFEST_INVALID"), (400, "UNSUPPORTED"),
            (404, "MANIFEST_INVALID"), (422, "MANIFEST_INVALID"),
        ]
    )
    func anImageIsPutAsSchema2(status: Int, code: String) async throws {
        let name = "rancher/tiny-oci:v1"
        fixture.target.switches.refusalOfOCI = (status, code)
        try await fixture.save([name])
        let loaded = try await fixture.load([fixture.push(name)])
        #expect(loaded.causes == [nil])
        let manifest = try put("rancher/tiny-oci", "v1")
        #expect(manifest.mediaType == .dockerManifest)
        guard case .image(let configuration, let layers) = manifest.content else {
            Issue.record("it is no image")
            return
        }
        #expect(configuration.mediaType == .dockerConfiguration)
        #expect(layers.map(\.mediaType) == [.dockerLayer, .dockerLayer])
        let original = try #require(fixture.source.manifest("rancher/tiny-oci", "v1")).digest
        #expect(loaded.pushes.first?.manifest == manifest.descriptor)
        #expect(
            loaded.notices == [
                "\(fixture.target.authority)/\(name): the registry takes no OCI manifests; it was pushed as docker's schema 2,"
                    + " so its digest is \(manifest.digest) instead of \(original)"
            ]
        )
    }

    @Test(
        "answers that say nothing of the sort",
        arguments: [
            (400, "TAG_INVALID"), (400, "DIGEST_INVALID"), (403, "DENIED"), (401, "MANIFEST_INVALID"),
            (404, "NAME_UNKNOWN"), (405, "UNSUPPORTED"), (413, "UNKNOWN"), (412, "PRECONDITION"),
        ]
    )
    func otherErrorsAreNotRetried(status: Int, code: String) async throws {
        let name = "rancher/tiny-oci:v1"
        fixture.target.switches.refusalOfOCI = (status, code)
        try await fixture.save([name])
        let loaded = try await fixture.load([fixture.push(name)])
        #expect(loaded.causes.first??.contains("answered \(status) to the push of the manifest v1") == true)
        #expect(loaded.notices.isEmpty)
        let puts = fixture.target.requests.filter { $0.method == "PUT" && $0.path.contains("/manifests/") }
        #expect(Set(puts.map { $0.headers["Content-Type"] }) == [MediaType.ociManifest.rawValue])
        #expect(fixture.target.manifest("rancher/tiny-oci", "v1") == nil)
    }

    @Test(
        "what schema 2 does not have",
        arguments: [("rancher/zstd:v1", "is compressed with zstd"), ("rancher/charts/demo:1.2.3_up0.1.0", "no image")]
    )
    func theErrorNamesTheReason(name: String, words: String) async throws {
        fixture.target.switches.refusalOfOCI = (415, "MANIFEST_INVALID")
        try await fixture.save([name])
        let cause = try #require(try await fixture.load([fixture.push(name)]).causes.first ?? nil)
        #expect(cause.contains("answered 415 to the push of the manifest"), "\(cause)")
        #expect(cause.contains("it cannot be pushed as docker's schema 2 either: "), "\(cause)")
        #expect(cause.contains(words), "\(cause)")
    }

    @Test func theMembersOfAListAreRenamed() async throws {
        fixture.target.switches.refusalOfOCI = (400, "MANIFEST_INVALID")
        let arm64 = Platform(os: "linux", architecture: "arm64")
        try await fixture.save(["rancher/multi-oci:v1"], .platforms([.linuxAMD64, arm64]))
        let loaded = try await fixture.load([fixture.push("rancher/multi-oci:v1")])
        #expect(loaded.causes == [nil])
        try checkList("v1")
    }

    /// The registry accepted the manifests before; docker's list has docker's manifests nevertheless.
    @Test func aListAloneCanBeRefused() async throws {
        let refusal = LoopbackResponse(status: 415, text: #"{"errors":[{"code":"MANIFEST_INVALID"}]}"#)
        fixture.target.add(FakeFault(.answer(refusal), method: "PUT", target: "/manifests/v1"))
        let arm64 = Platform(os: "linux", architecture: "arm64")
        try await fixture.save(["rancher/multi-oci:v1"], .platforms([.linuxAMD64, arm64]))
        let loaded = try await fixture.load([fixture.push("rancher/multi-oci:v1")])
        #expect(loaded.causes == [nil])
        try checkList("v1")
    }

    private func checkList(_ tag: String) throws {
        let list = try put("rancher/multi-oci", tag)
        #expect(list.mediaType == .dockerManifestList)
        guard case .index(let entries) = list.content else {
            Issue.record("it is no list")
            return
        }
        #expect(entries.map { $0.platform?.description } == ["linux/amd64", "linux/arm64"])
        for entry in entries {
            #expect(entry.mediaType == .dockerManifest)
            let member = try put("rancher/multi-oci", entry.digest.description)
            #expect(member.mediaType == .dockerManifest)
            #expect(member.descriptor.size == entry.size)
        }
    }

    /// Foreign layers and OCI media types are refused separately.
    @Test func urlsAndTypesCanBothBeRefused() async throws {
        let layer = try #require(try EngineFixture.foreignOCI(in: fixture))
        fixture.target.switches.refusalOfOCI = (400, "MANIFEST_INVALID")
        try await fixture.save(["rancher/foreign:v1"])
        let loaded = try await fixture.load([fixture.push("rancher/foreign:v1")])
        #expect(loaded.causes == [nil])
        guard case .image(_, let layers) = try put("rancher/foreign", "v1").content else {
            Issue.record("it is no image")
            return
        }
        // The archive lacks the layer, so its URL stays.
        #expect(layers.map(\.mediaType) == ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"])
        #expect(layers.map(\.urls) == [layer.urls])
    }

    // MARK: Real programs

    @Test(.enabled(if: Machine.hasRegistry && Machine.hasNginx, "needs docker-registry, nginx and skopeo"))
    func realProgramsAcceptSchema2() async throws {
        let registry = try DistributionRegistry()
        let nginx = try NginxServer(
            locations: """
                location /v2/ {
                    if ($content_type ~ "oci") { return 415; }
                    proxy_pass http://\(registry.authority);
                    proxy_set_header Host $http_host;
                }
                """
        )
        let host = String(nginx.url.dropFirst("http://".count))
        let name = "rancher/tiny-oci:v1"
        try await fixture.save([name])
        let step = LoadStep(
            push: ImageName("\(fixture.source.authority)/\(name)"),
            as: ImageName("\(host)/\(name)"),
            for: ImageListEntry(reference: name, file: "list", line: 1)
        )
        let loaded = try await fixture.load([step])
        #expect(loaded.causes == [nil])
        let skopeo = "skopeo --insecure-policy copy -q --src-tls-verify=false docker://\(registry.authority)/\(name)"
        try fixture.directory.shell(
            "\(skopeo) dir:copy && grep -q vnd.docker.distribution.manifest.v2 copy/manifest.json"
        )
    }
}

extension EngineFixture {
    /// Adds an OCI image `rancher/foreign:v1` to the source. Only its publisher's URL serves its layer.
    ///
    /// - Returns: the layer.
    static func foreignOCI(in fixture: EngineFixture) throws -> Descriptor? {
        let configuration = Array(#"{"os":"linux","architecture":"amd64"}"#.utf8)
        let digest = fixture.source.addBlob(configuration, repository: "rancher/foreign")
        let layer = Descriptor(
            mediaType: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            digest: ContentHash.digest(of: [1]),
            size: 1,
            urls: ["https://publisher.example.com/layer"]
        )
        let content = Manifest.Content.image(
            configuration: Descriptor(
                mediaType: .ociConfiguration,
                digest: digest,
                size: Int64(configuration.count)
            ),
            layers: [layer]
        )
        let manifest = try Manifest(pushing: content, as: .ociManifest)
        fixture.source.addManifest(
            manifest.bytes,
            mediaType: .ociManifest,
            repository: "rancher/foreign",
            tag: "v1"
        )
        return layer
    }
}
