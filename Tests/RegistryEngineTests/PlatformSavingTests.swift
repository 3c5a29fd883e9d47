import HTTP
import ImageArchive
import OCI
import Registry
import SampleImages
import Synchronization
import TestSupport
import Testing

/// Names that resolve to several images.
@Suite(.timeLimit(.minutes(2))) struct PlatformSavingTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    static let arm64 = Platform(os: "linux", architecture: "arm64")
    static let windows = Platform(os: "windows", architecture: "amd64")

    /// Which children of the index `multi-oci` or `multi` are in the archive.
    @Test(
        arguments: [
            ("rancher/multi-oci:v1", PlatformChoice.platforms([.linuxAMD64]), ["linux/amd64"]),
            ("rancher/multi-oci:v1", .platforms([arm64]), ["linux/arm64"]),
            ("rancher/multi-oci:v1", .platforms([.linuxAMD64, arm64]), ["linux/amd64", "linux/arm64"]),
            ("rancher/multi-oci:v1", .all, ["linux/amd64", "linux/arm64", "unknown/unknown"]),
            ("rancher/multi:v1", .platforms([windows, .linuxAMD64]), ["linux/amd64", "windows/amd64"]),
        ]
    )
    func childrenThatAreWanted(name: String, choice: PlatformChoice, platforms: [String]) async throws {
        try await fixture.save([name], choice)
        let archive = try DockerArchive(path: fixture.archive)
        let top = try #require(try EngineFixture.samples.names().first { $0.name == name }).descriptor
        guard case .index(let entries) = try #require(try archive.manifest(top)).content else {
            Issue.record("not an index")
            return
        }
        var found: [String] = []
        for entry in entries {
            guard let manifest = try archive.manifest(entry), let platform = entry.platform else { continue }
            found.append(platform.description)
            guard case .image(let configuration, let layers) = manifest.content else { continue }
            for blob in [configuration] + layers where !blob.isForeignLayer {
                #expect(archive.blob(blob.digest) != nil)
            }
        }
        #expect(found.map { $0.replacing("/v8", with: "") }.sorted() == platforms)
    }

    @Test func aMissingPlatformIsReported() async throws {
        let choice = PlatformChoice.platforms([try #require(Platform("linux/s390x"))])
        let events = try await fixture.save(["rancher/multi:v1", "busybox:1"], choice)
        #expect(events.map(\.cause) == ["no matching manifest for linux/s390x in the manifest list entries", nil])
    }

    @Test func aSingleImageIsSavedForAnyPlatform() async throws {
        let events = try await fixture.save(["rancher/wins:v1-windows-1809"])
        #expect(events.map(\.cause) == [nil])
        #expect(
            fixture.notices.withLock { $0.contains { $0.contains("its foreign layers are left out of the archive") } }
        )
    }

    /// An index with an index in it, around what `inner` names.
    private func addNested(_ repository: String, levels: Int) throws {
        var child = try #require(fixture.source.manifest("rancher/multi-oci", "v1"))
        for level in 0..<levels {
            let json = #"""
                {"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[{"mediaType":"\#(child.mediaType)",
                "digest":"\#(child.digest)","size":\#(child.bytes.count)}],"annotations":{"level":"\#(level)"}}
                """#
            let digest = fixture.source.addManifest(
                Array(json.utf8),
                mediaType: .ociIndex,
                repository: repository,
                tag: "v1"
            )
            child = try #require(fixture.source.manifest(repository, digest.description))
        }
    }

    @Test func indexesInIndexesAreFollowed() async throws {
        try addNested("rancher/multi-oci", levels: 2)
        let events = try await fixture.save(["rancher/multi-oci:v1"])
        #expect(events.map(\.cause) == [nil])
        try fixture.directory.shell("tar xzf a.tar.gz")
        let image = "ea2c8398d5068db049b8409d23f0281394c238c937b7f69b6948d1695cb7bcb9"
        #expect(fixture.directory.exists("blobs/sha256/\(image)"))
        #expect(try fixture.directory.text("manifest.json").contains("rancher/multi-oci:v1"))
    }

    @Test func endlessIndexesFail() async throws {
        try addNested("rancher/multi-oci", levels: 9)
        let events = try await fixture.save(["rancher/multi-oci:v1"])
        #expect(events.map(\.cause) == ["its manifest list has lists in lists, more than 8 deep"])
    }

    @Test func aDigestResolvesToTheSameImageWithoutAName() async throws {
        let digest = try #require(fixture.source.manifest("busybox", "1")?.digest)
        let events = try await fixture.save(["busybox:1@\(digest)", "busybox@\(digest)"])
        #expect(events.map(\.cause) == [nil, nil])
        let archive = try DockerArchive(path: fixture.archive)
        #expect(archive.images.map(\.reference) == [nil, nil])
        #expect(archive.images.map(\.id.description) == [digest, digest])
    }

    @Test func aChartIsSavedLikeAnImage() async throws {
        let events = try await fixture.save(["rancher/charts/demo:1.2.3_up0.1.0"])
        #expect(events.map(\.cause) == [nil])
    }

    @Test func namesThatDockerOmitsAreReported() async throws {
        try await fixture.save(["rancher/tiny:v1", "rancher/multi:v1"])
        #expect(fixture.notices.withLock(\.count) == 1)
        #expect(
            fixture.notices.withLock {
                $0.first?.hasPrefix("\(fixture.source.authority)/rancher/tiny:v1 is not in manifest.json")
            } == true
        )
    }
}
