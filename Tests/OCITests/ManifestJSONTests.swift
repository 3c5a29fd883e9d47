import FoundationEssentials
import OCI
import TestSupport
import Testing

/// Manifests equal to docker's byte for byte.
@Suite(.timeLimit(.minutes(5))) struct ManifestJSONTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)

    private static func descriptor(_ fields: String) throws -> Descriptor {
        let json = #"{"digest":"\#(digest)",\#(fields)}"#
        return try JSONDecoder().decode(Descriptor.self, from: Data(json.utf8))
    }

    @Test(
        "what docker manifest push has put into a registry is repeated to the byte",
        arguments: ["rancher-agent.1809+linux.json", "rancher-agent.1809+ltsc2022+linux.json", "wins.1809.json"]
    )
    func lists(name: String) throws {
        let bytes = try Fixtures.bytes("manifest-lists/\(name)")
        let zero = Digest(.sha256, bytes: [UInt8](repeating: 0, count: 32))
        guard case .index(let entries) = try Manifest(bytes: bytes, digest: zero).content else {
            Issue.record("an image")
            return
        }
        let list = Manifest.Content.list(of: entries)
        #expect(list.mediaType == .dockerManifestList)
        #expect(list.content.pushedJSON(as: list.mediaType) == bytes)
    }

    @Test("docker manifest push takes nothing else of an entry")
    func entriesOfALabelledIndex() throws {
        let entry = try Self.descriptor(
            #""mediaType":"\#(MediaType.ociManifest)","size":7,"urls":["u"],"annotations":{"a":"b"},"#
                + #""platform":{"os":"linux","architecture":"arm64","variant":"v8","os.features":["x"]}"#
        )
        let list = Manifest.Content.list(of: [entry])
        #expect(list.mediaType == .ociIndex)
        #expect(
            String(decoding: list.content.savedJSON(as: list.mediaType), as: UTF8.self)
                == #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[{"mediaType":"#
                + #""\#(MediaType.ociManifest)","digest":"\#(Self.digest)","size":7,"platform":"#
                + #"{"architecture":"arm64","os":"linux","os.features":["x"],"variant":"v8"}}]}"#
        )
    }

    @Test("Go's two structs have the digest and the size in different places, and leave out what is empty")
    func descriptors() throws {
        let foreign = try Self.descriptor(#""mediaType":"t","size":7,"urls":["u"],"annotations":{"b":"2","a":"1"}"#)
        let digest = Self.digest
        #expect(
            text(foreign.ociJSON)
                == #"{"mediaType":"t","digest":"\#(digest)","size":7,"urls":["u"],"annotations":{"a":"1","b":"2"}}"#
        )
        #expect(
            text(foreign.distributionJSON)
                == #"{"mediaType":"t","size":7,"digest":"\#(digest)","urls":["u"],"annotations":{"a":"1","b":"2"}}"#
        )
        let empty = try Self.descriptor(#""size":0,"urls":[],"annotations":{}"#)
        #expect(text(empty.ociJSON) == #"{"mediaType":"","digest":"\#(digest)","size":0}"#)
        #expect(text(empty.distributionJSON) == #"{"digest":"\#(digest)"}"#)
    }

    @Test func foreignLayersBecomeOrdinaryLayers() throws {
        let configuration = try Self.descriptor(#""mediaType":"c","size":1"#)
        let layer = try Self.descriptor(#""mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":2"#)
        let foreign = try Self.descriptor(
            #""mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","size":3,"urls":["u"]"#
        )
        let image = Manifest.Content.image(configuration: configuration, layers: [layer, foreign])
        guard case .image(let same, let layers) = image.withOrdinaryLayers else {
            Issue.record("no image")
            return
        }
        #expect(same == configuration)
        #expect(layers.map(\.mediaType) == [layer.mediaType, .dockerLayer])
        #expect(layers.map(\.size) == [2, 3])
        #expect(layers.map(\.urls) == [nil, nil])
        #expect(Manifest.Content.image(configuration: configuration, layers: [layer]).withOrdinaryLayers == nil)
        #expect(Manifest.Content.index([foreign]).withOrdinaryLayers == nil)
    }

    private func text(_ json: GoJSON) -> String { String(decoding: json.compact, as: UTF8.self) }
}
