import Engine
import OCI
import Registry
import TestSupport
import Testing

@testable import RegistryEngine

/// The forms in which a manifest is put, after the answers of a registry to the forms before.
@Suite(.timeLimit(.minutes(1))) struct ManifestPusherTests {
    /// A form of the manifest of an OCI image with a foreign layer that the archive has.
    enum Form: Equatable {
        /// As archived: an OCI manifest whose layer has URLs.
        case original
        /// An OCI manifest with an ordinary layer.
        case ordinaryLayers
        /// Docker's schema 2 whose layer has URLs.
        case schema2
        /// Docker's schema 2 with an ordinary layer.
        case schema2WithOrdinaryLayers
    }

    private static let courses: [(refusals: [(status: Int, code: String)], puts: [Form], isPushed: Bool)] = [
        ([], [.original], true),
        ([(400, "MANIFEST_INVALID")], [.original, .ordinaryLayers], true),
        ([(500, "UNKNOWN")], [.original, .ordinaryLayers], true),
        ([(403, "DENIED")], [.original], false),
        ([(404, "NAME_UNKNOWN")], [.original], false),
        ([(404, "MANIFEST_INVALID")], [.original, .schema2], true),
        (
            [(400, "MANIFEST_INVALID"), (415, "MANIFEST_INVALID")],
            [.original, .ordinaryLayers, .schema2WithOrdinaryLayers], true
        ),
        (
            [(404, "MANIFEST_INVALID"), (400, "MANIFEST_INVALID")],
            [.original, .schema2, .schema2WithOrdinaryLayers], true
        ),
        ([(400, "MANIFEST_INVALID"), (403, "DENIED")], [.original, .ordinaryLayers], false),
        (
            [(400, "MANIFEST_INVALID"), (415, "MANIFEST_INVALID"), (400, "MANIFEST_INVALID")],
            [.original, .ordinaryLayers, .schema2WithOrdinaryLayers], false
        ),
    ]

    @Test(arguments: courses)
    func eachRefusalSelectsTheNextForm(
        refusals: [(status: Int, code: String)],
        puts: [Form],
        isPushed: Bool
    ) async throws {
        let fixture = try EngineFixture()
        let image = try Self.foreignImage("\(fixture.source.authority)/rancher/foreign:v1")
        try fixture.directory.write(image, to: "a.tar.gz")
        for (status, code) in refusals {
            fixture.target.add(FakeFault(.error(status, code), method: "PUT", target: "/manifests/v1"))
        }
        let loaded = try await fixture.load([fixture.push("rancher/foreign:v1")])
        let requests = fixture.target.requests.filter { $0.method == "PUT" && $0.path.hasSuffix("/manifests/v1") }
        #expect(try requests.map(Self.form) == puts)
        #expect((loaded.causes == [nil]) == isPushed, "\(loaded.causes)")
        #expect((fixture.target.manifest("rancher/foreign", "v1") != nil) == isPushed)
        let hasChanged = isPushed && puts.count > 1
        #expect(loaded.notices.isEmpty != hasChanged, "\(loaded.notices)")
    }

    /// An archive with an OCI image whose one layer is foreign.
    private static func foreignImage(_ name: String) throws -> [UInt8] {
        let image = try SyntheticImage(name, layers: ["foreign"])
        let layer = SyntheticImage.descriptor(
            of: image.layers[0],
            "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            #","urls":["https://publisher.example.com/layer"]"#
        )
        let configuration = SyntheticImage.descriptor(of: image.configuration, MediaType.ociConfiguration.rawValue)
        let manifest = Array(#"{"schemaVersion":2,"config":\#(configuration),"layers":[\#(layer)]}"#.utf8)
        var tar = SyntheticImage.layout([image])
        tar[SyntheticImage.blobName(manifest)] = manifest
        tar["index.json"] = SyntheticImage.index([(name, manifest, .ociManifest)])
        return try tar.bytes()
    }

    private static func form(_ request: LoopbackRequest) throws -> Form {
        let mediaType = try #require(request.headers["Content-Type"])
        let hasURLs = String(decoding: request.body, as: UTF8.self).contains("publisher.example.com")
        return switch MediaType(rawValue: mediaType) {
        case .ociManifest: hasURLs ? .original : .ordinaryLayers
        default: hasURLs ? .schema2 : .schema2WithOrdinaryLayers
        }
    }

    @Test(
        "whether a refusal may be due to the URLs of the layers",
        arguments: [
            (400, true), (405, true), (413, true), (415, true), (422, true), (500, true), (401, false), (403, false),
            (404, false), (408, false), (429, false), (502, false), (503, false), (504, false), (nil, false),
        ] as [(Int?, Bool)]
    )
    func refusalsDueToURLs(status: Int?, isPossible: Bool) {
        let error = RegistryError(.unreachable, "the registry answered", status: status)
        #expect(ManifestPusher.mayBeForURLs(error) == isPossible)
    }
}
