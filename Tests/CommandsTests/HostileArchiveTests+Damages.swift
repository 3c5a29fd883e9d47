import OCI
import Tar
import TestSupport
import Testing

extension HostileArchiveTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The message about the image; LAYER and CONFIG are placeholders for the names of its entries.
        let words: String
        let make: @Sendable (inout SyntheticTar, SyntheticImage) throws -> Void

        init(
            _ reason: String,
            _ words: String,
            make: @escaping @Sendable (inout SyntheticTar, SyntheticImage) throws -> Void
        ) {
            testDescription = reason
            self.words = words
            self.make = make
        }

        static func layer(
            _ reason: String,
            _ words: String,
            _ content: @escaping @Sendable ([UInt8]) throws -> [UInt8]?
        ) -> Damage {
            Damage(reason, words) { tar, image in tar[image.layerNames[1]] = try content(image.layers[1]) }
        }

        static func configuration(_ reason: String, _ words: String, _ content: [UInt8]?) -> Damage {
            Damage(reason, words) { tar, image in tar[image.configurationName] = content }
        }

        /// Returns a damage of an OCI layout: a blob has other content or is missing.
        static func blob(
            _ reason: String,
            _ words: String,
            _ blob: @escaping @Sendable (SyntheticImage) -> [UInt8],
            _ content: @escaping @Sendable ([UInt8]) -> [UInt8]?
        ) -> Damage {
            Damage(reason, words) { tar, image in tar[SyntheticImage.blobName(blob(image))] = content(blob(image)) }
        }

        /// Returns a damage of an OCI layout: a manifest is replaced, with a correct digest.
        static func manifest(_ reason: String, _ words: String, _ manifest: [UInt8]) -> Damage {
            Damage(reason, words) { tar, image in
                tar[SyntheticImage.blobName(manifest)] = manifest
                tar["index.json"] = SyntheticImage.index([
                    (image.name, manifest, .ociManifest), ("a.b/sound:1", try sound().manifest, .ociManifest),
                ])
            }
        }

        static func link(_ reason: String, to target: String, kind: TarHeader.Kind = .symbolicLink) -> Damage {
            Damage(reason, "it has no LAYER") { tar, image in
                tar.replace(with: SyntheticTar.Entry(image.layerNames[1], linkingTo: target, kind: kind))
            }
        }
    }

    /// An existing file outside of all archives.
    static let outside = Fixtures.path("list.txt")

    static let damages: [Damage] = [
        .layer("a layer is missing", "it has no LAYER") { _ in nil },
        .layer("a layer has other content", #"its LAYER cannot be used: invalid diffID for layer 1: expected "sha256:"#)
        {
            Array($0.reversed())
        },
        .layer("a layer is empty", "invalid diffID for layer 1") { _ in [] },
        .layer(
            "a layer is not the gzip that it seems",
            "its LAYER cannot be used: the gzip data is damaged before byte"
        ) {
            [0x1f, 0x8b, 8, 0] + $0
        },
        .layer("a layer is not the bzip2 that it seems", "its LAYER cannot be used: the bzip2 data") {
            [0x42, 0x5a, 0x68] + $0
        },
        .layer("a layer is not the xz that it seems", "its LAYER cannot be used: the xz data") {
            [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] + $0
        },
        .layer("a layer is not the zstd that it seems", "its LAYER cannot be used: the zstd data") {
            [0x28, 0xb5, 0x2f, 0xfd] + $0
        },
        .configuration("a configuration is missing", "it has no CONFIG", nil),
        .configuration(
            "a configuration has another digest",
            "it is damaged: its CONFIG has the digest sha256:",
            Array(#"{"rootfs":{"diff_ids":[]}}"#.utf8)
        ),
        .configuration(
            "a configuration is larger than any",
            "its CONFIG has 20971521 bytes, more than it may have",
            [UInt8](repeating: UInt8(ascii: " "), count: 20 << 20 | 1)
        ),
        Damage("a configuration is nested a million deep", "its DEEP cannot be used: invalid image JSON") {
            tar,
            image in
            let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
            try renameConfiguration(of: image, to: deep, in: &tar)
        },
        Damage("a configuration is that of no image", "its DEEP cannot be used: invalid image JSON, no RootFS key") {
            tar,
            image in
            try renameConfiguration(of: image, to: Array("{}".utf8), in: &tar)
        },
        Damage("a layer is not named", "layers length mismatch: expected 2, got 1") { tar, image in
            let json = String(decoding: tar["manifest.json"] ?? [], as: UTF8.self)
            tar["manifest.json"] = Array(json.replacing(#","\#(image.layerNames[1])""#, with: "").utf8)
        },
        .link("a link leads to itself", to: "layer.tar"),
        .link("a link leads out of the archive", to: "../../../../../../../..\(outside)"),
        .link("a link leads to a file of this machine", to: outside),
        .link("a hard link leads to a file of this machine", to: outside, kind: .hardLink),
        .link("a link leads nowhere", to: ""),
        Damage("links lead in a circle", "it has no LAYER") { tar, image in
            tar.replace(with: SyntheticTar.Entry(image.layerNames[1], linkingTo: "../one"))
            tar.entries.append(SyntheticTar.Entry("one", linkingTo: "two"))
            tar.entries.append(SyntheticTar.Entry("two", linkingTo: "one", kind: .hardLink))
        },
        Damage("links lead on without end", "it has no LAYER") { tar, image in
            tar.replace(with: SyntheticTar.Entry(image.layerNames[1], linkingTo: "../0"))
            tar.entries += (0..<10_000).map { SyntheticTar.Entry("\($0)", linkingTo: "\($0 + 1)") }
        },
        Damage("manifest.json names a file of this machine", "it has no \(outside)") { tar, image in
            let json = String(decoding: tar["manifest.json"] ?? [], as: UTF8.self)
            tar["manifest.json"] = Array(json.replacing(image.layerNames[1], with: outside).utf8)
            tar[image.layerNames[1]] = nil
        },
        Damage("manifest.json names what lies outside", "it has no ../../..\(outside)") { tar, image in
            let json = String(decoding: tar["manifest.json"] ?? [], as: UTF8.self)
            tar["manifest.json"] = Array(json.replacing(image.layerNames[1], with: "../../..\(outside)").utf8)
            tar[image.layerNames[1]] = nil
        },
    ]

    /// Replaces the configuration of an image in a tar, with a correct digest.
    private static func renameConfiguration(of image: SyntheticImage, to content: [UInt8], in tar: inout SyntheticTar)
        throws
    {
        tar[image.configurationName] = nil
        let name = "\(ContentHash.digest(of: content).hex).json"
        tar[name] = content
        let json = String(decoding: tar["manifest.json"] ?? [], as: UTF8.self)
        tar["manifest.json"] = Array(json.replacing(image.configurationName, with: name).utf8)
    }

    // MARK: Images that keep their manifests

    static let originals: [Damage] = [
        .blob("a layer is missing", "the archive lacks its blob sha256:", \.layers[1]) { _ in nil },
        .blob("a layer has other content", "sha256:", \.layers[1]) { Array($0.reversed()) },
        .blob("a layer is shorter", "sha256:", \.layers[1]) { $0.dropLast(512) },
        .blob("a layer is longer", "sha256:", \.layers[1]) { $0 + $0 },
        .blob("a configuration has other content", "sha256:", \.configuration) { _ in [1] },
        .blob("a configuration is missing", "the archive lacks its blob sha256:", \.configuration) { _ in nil },
        .blob("a manifest is missing", "the archive lacks its manifest sha256:", \.manifest) { _ in nil },
        .blob("a manifest has other content", "has the digest sha256:", \.manifest) { $0 + [UInt8(ascii: " ")] },
        .manifest(
            "a manifest is larger than any",
            " bytes, more than it may have",
            [UInt8](repeating: UInt8(ascii: " "), count: 4 << 20 | 1)
        ),
        .manifest(
            "a manifest is nested deep",
            "the manifest is not the JSON of a manifest",
            [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        ),
        .manifest("a manifest is both an image and an index", "neither an image nor an index", Array("{}".utf8)),
        Damage("lists list lists", "its manifest list has lists in lists without end") { tar, image in
            var list = image.manifest
            var mediaType = MediaType.ociManifest
            for _ in 0..<14 {
                let entry = SyntheticImage.descriptor(of: list, mediaType.rawValue)
                list = Array(#"{"schemaVersion":2,"manifests":[\#(entry),\#(entry)]}"#.utf8)
                mediaType = .ociIndex
                tar[SyntheticImage.blobName(list)] = list
            }
            tar["index.json"] = SyntheticImage.index([
                (image.name, list, mediaType), ("a.b/sound:1", try sound().manifest, .ociManifest),
            ])
        },
    ]
}
