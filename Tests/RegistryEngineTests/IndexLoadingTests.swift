import Engine
import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// Loads of a multi-platform name, by the number of images in the archive.
@Suite(.timeLimit(.minutes(2))) struct IndexLoadingTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    static let name = "rancher/multi-oci:v1"
    static let repository = "rancher/multi-oci"
    static let arm64 = Platform(os: "linux", architecture: "arm64")

    @Test func oneImageGetsTheName() async throws {
        try await fixture.save([Self.name])
        let outcome = try await fixture.load([fixture.push(Self.name)])
        #expect(outcome.causes == [nil])
        let put = try #require(fixture.target.manifest(Self.repository, "v1"))
        #expect(put.digest == "sha256:ea2c8398d5068db049b8409d23f0281394c238c937b7f69b6948d1695cb7bcb9")
        #expect(put.mediaType == MediaType.ociManifest.rawValue)
        #expect(
            outcome.notices == [
                "\(fixture.target.authority)/\(Self.name): its list 945051d4fc2d is incomplete in the archive: the one image in it is pushed"
            ]
        )
    }

    @Test func twoOfThreeGetTheirOwnIndex() async throws {
        try await fixture.save([Self.name], .platforms([.linuxAMD64, Self.arm64]))
        let outcome = try await fixture.load([fixture.push(Self.name)])
        #expect(outcome.causes == [nil])
        let put = try #require(fixture.target.manifest(Self.repository, "v1"))
        guard case .index(let entries) = try Manifest(bytes: put.bytes).content else {
            Issue.record("not an index")
            return
        }
        #expect(put.mediaType == MediaType.ociIndex.rawValue)
        #expect(entries.map { $0.platform?.description } == ["linux/amd64", "linux/arm64"])
        for entry in entries { #expect(fixture.target.manifest(Self.repository, entry.digest.description) != nil) }
        #expect(outcome.notices.first?.hasSuffix("a list of the 2 images in it is pushed") == true)
    }

    @Test func allImagesKeepTheIndex() async throws {
        try await fixture.save([Self.name], .all)
        let outcome = try await fixture.load([fixture.push(Self.name)])
        #expect(outcome.causes == [nil])
        #expect(fixture.target.manifest(Self.repository, "v1") == fixture.source.manifest(Self.repository, "v1"))
        #expect(outcome.notices.isEmpty)
        // The images precede the index; the fake refuses other orders, as registries do.
        let puts = fixture.target.requests.filter { $0.method == "PUT" && $0.path.contains("/manifests/") }
        #expect(puts.count == 4)
        #expect(puts.last?.path.hasSuffix("/manifests/v1") == true)
    }
}
