import OCI
import Testing

/// OCI images as docker's schema 2.
@Suite(.timeLimit(.minutes(1))) struct Schema2Tests {
    private static let digest = Digest(.sha256, bytes: [UInt8](repeating: 1, count: 32))

    private static func descriptor(_ type: MediaType) -> Descriptor {
        Descriptor(mediaType: type, digest: digest, size: 7, annotations: ["a": "b"])
    }

    @Test(
        "the type of a layer",
        arguments: [
            ("oci.image.layer.v1.tar", "diff.tar"), ("oci.image.layer.v1.tar+gzip", "diff.tar.gzip"),
            ("oci.image.layer.nondistributable.v1.tar", "foreign.diff.tar"),
            ("oci.image.layer.nondistributable.v1.tar+gzip", "foreign.diff.tar.gzip"),
            ("docker.image.rootfs.diff.tar.gzip", "diff.tar.gzip"),
        ]
    )
    func layers(oci: String, docker: String) throws {
        var layer = Self.descriptor(MediaType(rawValue: "application/vnd.\(oci)"))
        layer.urls = ["https://publisher.example.com/layer"]
        let image = Manifest.Content.image(configuration: Self.descriptor(.ociConfiguration), layers: [layer])
        let (content, type) = try image.asSchema2()
        #expect(type == .dockerManifest)
        guard case .image(let configuration, let layers) = content else {
            Issue.record("it is no image any more")
            return
        }
        #expect(configuration == Descriptor(mediaType: .dockerConfiguration, digest: Self.digest, size: 7))
        let expected = Descriptor(
            mediaType: MediaType(rawValue: "application/vnd.docker.image.rootfs.\(docker)"),
            digest: Self.digest,
            size: 7,
            urls: layer.urls
        )
        #expect(layers == [expected])
    }

    @Test func aListKeepsPlatformsOnly() throws {
        var entry = Self.descriptor(.dockerManifest)
        entry.platform = .linuxAMD64
        let (content, type) = try Manifest.Content.index([entry]).asSchema2()
        #expect(type == .dockerManifestList)
        guard case .index(let entries) = content else {
            Issue.record("it is no index any more")
            return
        }
        #expect(
            entries == [Descriptor(mediaType: .dockerManifest, digest: Self.digest, size: 7, platform: .linuxAMD64)]
        )
    }

    @Test(
        "what docker has no type for",
        arguments: [
            (
                "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+zstd",
                "its layer \(digest) is compressed with zstd, which schema 2 does not know"
            ),
            (
                "application/vnd.oci.image.config.v1+json", "application/vnd.in-toto+json",
                "its layer \(digest) is of the type application/vnd.in-toto+json, which schema 2 does not know"
            ),
            (
                "application/vnd.cncf.helm.config.v1+json", "application/vnd.oci.image.layer.v1.tar",
                "it is no image, its configuration is of the type application/vnd.cncf.helm.config.v1+json"
            ),
        ]
    )
    func refusals(configuration: String, layer: String, sentence: String) {
        let image = Manifest.Content.image(
            configuration: Self.descriptor(MediaType(rawValue: configuration)),
            layers: [Self.descriptor(MediaType(rawValue: layer))]
        )
        let error = #expect(throws: Schema2Error.self) { try image.asSchema2() }
        #expect(error?.description == sentence)
    }
}
