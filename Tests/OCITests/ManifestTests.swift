import OCI
import Testing

@Suite(.timeLimit(.minutes(5))) struct ManifestTests {
    static let digest = "sha256:" + String(repeating: "0a", count: 32)
    static let descriptor = #"{"mediaType":"x/y","digest":"\#(digest)","size":7}"#
    static let digestValue = Digest(.sha256, bytes: [UInt8](repeating: 10, count: 32))
    static let huge = #"{"digest":"\#(digest)","size":\#((Int64(1) << 50) + 1)}"#
    static let index = MediaType.ociIndex
    static let list = MediaType.dockerManifestList

    private static func manifest(_ bytes: [UInt8], servedAs: MediaType? = nil) throws -> Manifest {
        try Manifest(
            bytes: bytes,
            digest: Digest(.sha256, bytes: [UInt8](repeating: 10, count: 32)),
            servedAs: servedAs
        )
    }

    @Test(
        arguments: [
            ("what it says of itself", #""mediaType":"\#(MediaType.dockerManifest)","#, nil, MediaType.dockerManifest),
            (
                "even if it was served as another", #""mediaType":"\#(MediaType.dockerManifest)","#, .ociManifest,
                .dockerManifest
            ),
            ("what it was served as", "", .dockerManifest, .dockerManifest),
            ("an empty type says nothing", #""mediaType":"","#, .dockerManifest, .dockerManifest),
            ("OCI leaves the type out", "", nil, .ociManifest),
            ("text/plain is no type of a manifest", "", "text/plain", .ociManifest),
        ] as [(String, String, MediaType?, MediaType)]
    )
    func typeOfAnImage(reason: String, field: String, servedAs: MediaType?, type: MediaType) throws {
        let json =
            #"{"schemaVersion":2,\#(field)"config":\#(Self.descriptor),"layers":[\#(Self.descriptor),\#(Self.descriptor)]}"#
        let manifest = try Self.manifest(Array(json.utf8), servedAs: servedAs)
        #expect(manifest.mediaType == type)
        #expect(manifest.bytes == Array(json.utf8))
        #expect(manifest.descriptor.digest.description == Self.digest)
        #expect(manifest.descriptor.size == Int64(json.utf8.count))
        guard case .image(let configuration, let layers) = manifest.content else {
            Issue.record("an index")
            return
        }
        #expect(configuration.digest.description == Self.digest)
        #expect(configuration.size == 7)
        #expect(layers.count == 2)
    }

    @Test(
        arguments: [
            ("OCI leaves the type out", "", nil, index),
            ("docker does not", #""mediaType":"\#(list)","#, nil, list),
            ("what it was served as", "", list, list),
        ] as [(String, String, MediaType?, MediaType)]
    )
    func typeOfAnIndex(reason: String, field: String, servedAs: MediaType?, type: MediaType) throws {
        let json = #"{"schemaVersion":2,\#(field)"manifests":[\#(Self.descriptor)]}"#
        let manifest = try Self.manifest(Array(json.utf8), servedAs: servedAs)
        #expect(manifest.mediaType == type)
        guard case .index(let entries) = manifest.content else {
            Issue.record("an image")
            return
        }
        #expect(entries.map(\.digest.description) == [Self.digest])
    }

    @Test(
        arguments: [
            ("schema 1", #"{"schemaVersion":1,"name":"x","fsLayers":[]}"#, ManifestError.schema1),
            ("neither", #"{"schemaVersion":2}"#, .ambiguous),
            ("both", #"{"config":\#(descriptor),"manifests":[]}"#, .ambiguous),
            ("an index with layers", #"{"manifests":[],"layers":[]}"#, .ambiguous),
            ("layers without a configuration", #"{"layers":[\#(descriptor)]}"#, .ambiguous),
            ("not JSON", "<html>", .notJSON),
            ("empty", "", .notJSON),
            ("a list", "[]", .notJSON),
            ("cut off", #"{"schemaVersion":2,"config":"#, .notJSON),
            (
                "a size below zero", #"{"config":{"digest":"\#(digest)","size":-1}}"#,
                .size(DescriptorSizeError(digest: digestValue, size: -1))
            ),
            (
                "a size of more than a pebibyte", #"{"config":\#(descriptor),"layers":[\#(huge)]}"#,
                .size(DescriptorSizeError(digest: digestValue, size: (1 << 50) + 1))
            ),
            (
                "two lists of layers", #"{"config":\#(descriptor),"layers":[],"layers":[\#(descriptor)]}"#,
                .duplicateField(DuplicateFieldError(name: "layers"))
            ),
            (
                "two digests of a layer",
                #"{"config":\#(descriptor),"layers":[{"digest":"\#(digest)","size":1,"Digest":"\#(digest)"}]}"#,
                .duplicateField(DuplicateFieldError(name: "Digest"))
            ),
            ("a size beyond all sizes", #"{"config":{"digest":"\#(digest)","size":9223372036854775808}}"#, .notJSON),
            ("no digest", #"{"config":{"digest":"x","size":1}}"#, .notJSON),
            (
                "an image that calls itself an index", #"{"mediaType":"\#(index)","config":\#(descriptor)}"#,
                .unsupported(index)
            ),
            (
                "an index that calls itself an image", #"{"mediaType":"\#(MediaType.ociManifest)","manifests":[]}"#,
                .unsupported(.ociManifest)
            ),
            ("a type of another kind", #"{"mediaType":"a/b","config":\#(descriptor)}"#, .unsupported("a/b")),
        ]
    )
    func isRejected(reason: String, json: String, error: ManifestError) {
        #expect(throws: error) { try Self.manifest(Array(json.utf8)) }
    }

    @Test func imagesServedAsAnIndexAreRejected() {
        let json = #"{"config":\#(Self.descriptor)}"#
        #expect(throws: ManifestError.unsupported(.ociIndex)) {
            try Self.manifest(Array(json.utf8), servedAs: .ociIndex)
        }
    }

    @Test func deepNestingIsRejected() {
        let json = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
        #expect(throws: ManifestError.notJSON) { try Self.manifest(json) }
    }

    @Test func fourMebibytesAreTheLimit() throws {
        let json = Array(#"{"config":\#(Self.descriptor)}"#.utf8)
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: Manifest.sizeLimit - json.count)
        #expect(try Self.manifest(json + padding).bytes.count == 4 << 20)
        #expect(throws: ManifestError.tooLarge) { try Self.manifest(json + padding + [UInt8(ascii: " ")]) }
    }

    @Test(
        "only layers that their publisher alone may give away are foreign",
        arguments: [
            ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", true),
            ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", true),
            ("application/vnd.docker.image.rootfs.diff.tar.gzip", false),
            ("application/vnd.oci.image.layer.v1.tar+zstd", false),
        ]
    )
    func foreignLayers(type: String, isForeign: Bool) {
        #expect(MediaType(rawValue: type).isForeignLayer == isForeign)
    }
}
