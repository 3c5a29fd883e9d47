import DockerArchive
import Hashing
import ImageModel

/// A manifest list to the byte as `docker manifest push` makes it (docker CLI 23 and later), so that its digest is the same.
struct ManifestList {
    /// The list, with the digest of its bytes.
    let node: SavedImage.Node

    /// - Parameter entries: the images with their platforms; the type of the first decides that of the list.
    init(of entries: [Descriptor]) throws {
        let mediaType: MediaType = entries.first?.mediaType == .ociManifest ? .ociIndex : .dockerManifestList
        let bytes =
            GoJSON.object([
                ("schemaVersion", .integer(2)),
                ("mediaType", .string(mediaType.rawValue)),
                ("manifests", .array(entries.map(Self.json))),
            ])
            .indented(by: 3)
        node = SavedImage.Node(digest: SHA256.digest(of: bytes), manifest: try Manifest(bytes: bytes))
    }

    /// The order in which docker lists the members of a list: that of the files in which it keeps them.
    static func order(_ members: [Reference]) -> [Reference] {
        let fileName = { (reference: Reference) in
            reference.description.utf8.map { byte in
                switch byte {
                case UInt8(ascii: ":"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: byte
                }
            }
        }
        return members.sorted { fileName($0).lexicographicallyPrecedes(fileName($1)) }
    }

    private static func json(_ entry: Descriptor) -> GoJSON {
        var fields: [(name: String, value: GoJSON)] = [
            ("mediaType", .string(entry.mediaType.rawValue)),
            ("size", .integer(entry.size)),
            ("digest", .string(entry.digest.description)),
        ]
        if let platform = entry.platform {
            var values: [(name: String, value: GoJSON)] = [
                ("architecture", .string(platform.architecture)), ("os", .string(platform.os)),
            ]
            if let version = platform.osVersion, !version.isEmpty { values.append(("os.version", .string(version))) }
            if let features = platform.osFeatures, !features.isEmpty {
                values.append(("os.features", .strings(features)))
            }
            if let variant = platform.variant, !variant.isEmpty { values.append(("variant", .string(variant))) }
            fields.append(("platform", .object(values)))
        }
        return .object(fields)
    }
}
