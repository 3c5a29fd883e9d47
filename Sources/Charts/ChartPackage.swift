import Glibc
import OCI
import SystemIO

/// A chart's file as Helm 3 pushes it: a manifest, the metadata as config, and the file and its provenance file as layers
/// (`pkg/registry` of Helm 3.12 and later).
package struct ChartPackage: Sendable {
    /// A blob of the chart.
    package struct Blob: Sendable {
        package let descriptor: Descriptor
        /// Opens a source of the content.
        package let open: @Sendable () throws -> any ByteSource
    }

    /// The maximum size in bytes of a provenance file, which is read into memory.
    private static let provenanceLimit: Int64 = 5 << 20

    package let metadata: ChartMetadata
    package let blobs: [Blob]
    package let manifest: Manifest

    /// Reads the file at `path` twice: for the metadata and for the digest.
    ///
    /// - Throws: ``ChartFileError``, `FileError`.
    package init(_ path: String) throws {
        let file = try File(path, for: .reading)
        guard try file.isRegular else { throw ChartFileError("it is no file") }
        let metadata = try ChartArchive.metadata(of: file)
        let size = try file.size
        let chart = Blob(
            descriptor: Descriptor(mediaType: .helmChart, digest: try Self.digest(of: file), size: size)
        ) { FileSection(of: file, at: 0, length: size) }
        let layers = [chart] + (try Self.provenance(path + ".prov").map { [Self.blob($0, .helmProvenance)] } ?? [])
        let configuration = Self.blob(metadata.json.compact, .helmConfiguration)
        self.metadata = metadata
        blobs = layers + [configuration]
        manifest = try Manifest(
            bytes: Self.manifest(
                configuration.descriptor,
                layers.map(\.descriptor),
                metadata.manifestAnnotations(created: try file.modificationTime)
            ),
            servedAs: .ociManifest
        )
    }

    /// The tag of the chart in a registry.
    package var tag: String { Self.tag(of: metadata.version) }

    /// Returns the tag of a chart's version: Helm writes `+`, which no tag may have, as `_`.
    package static func tag(of version: String) -> String { version.replacing("+", with: "_") }

    /// Returns the JSON of `v1.Manifest` of image-spec, with the layers sorted by digest.
    private static func manifest(
        _ configuration: Descriptor,
        _ layers: [Descriptor],
        _ annotations: [String: String]
    ) -> [UInt8] {
        let sorted = layers.sorted { $0.digest.description < $1.digest.description }
        var fields = GoFields()
        fields.add("schemaVersion", .integer(2))
        fields.add("config", configuration.ociJSON)
        fields.add("layers", .array(sorted.map(\.ociJSON)))
        fields.add("annotations", .map(annotations.mapValues { .string($0) }))
        return GoJSON.object(fields.fields).compact
    }

    private static func blob(_ bytes: [UInt8], _ mediaType: MediaType) -> Blob {
        let digest = ContentHash.digest(of: bytes)
        return Blob(descriptor: Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))) {
            MemorySource(bytes)
        }
    }

    private static func digest(of file: File) throws -> Digest {
        let hash = ContentHash()
        try FileSection(of: file, at: 0, length: .max).forEachPiece(hash.update)
        return hash.finish()
    }

    /// Reads a provenance file; returns `nil` if it does not exist.
    private static func provenance(_ path: String) throws -> [UInt8]? {
        do {
            let file = try File(path, for: .reading)
            let size = try file.size
            guard try file.isRegular, size <= provenanceLimit else {
                throw ChartFileError("\(path) is no provenance file: it is none, or has more than 5 MiB")
            }
            return try file.readBytes(Int(size))
        } catch let error as FileError where error.code == ENOENT {
            return nil
        }
    }
}
