import FoundationEssentials
import ImageArchive
import OCI
import SystemIO
import Tar
import TestSupport

/// The blobs of an OCI layout with the images to save.
struct BlobStore {
    var blobs: [Digest: [UInt8]] = [:]

    /// The sample images.
    static func samples() throws -> BlobStore {
        var store = BlobStore()
        let directory = "source/blobs/sha256"
        for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.path(directory)) {
            store.add(try Fixtures.bytes("\(directory)/\(name)"))
        }
        return store
    }

    /// The blobs of an archive that docker made.
    init(_ entries: [RawEntry]) {
        for entry in entries where entry.header.name.hasPrefix("blobs/sha256/") && entry.header.kind == .file {
            add(entry.content)
        }
    }

    init() {}

    @discardableResult
    mutating func add(_ bytes: [UInt8]) -> Digest {
        let digest = ContentHash.digest(of: bytes)
        blobs[digest] = bytes
        return digest
    }

    /// Returns the image of a descriptor, with the wanted images of an index.
    func image(_ reference: Reference, _ descriptor: Descriptor, wanted: (Descriptor) -> Bool) throws -> SavedImage {
        let top = try manifest(descriptor)
        guard case .index(let entries) = top.content else {
            return SavedImage(reference: reference, top: top, descendants: [], principal: top)
        }
        let descendants = try entries.filter(wanted).map(manifest)
        guard let principal = descendants.first else { throw TestSupportError("\(reference) has no wanted image") }
        return SavedImage(reference: reference, top: top, descendants: descendants, principal: principal)
    }

    private func manifest(_ descriptor: Descriptor) throws -> Manifest {
        guard let bytes = blobs[descriptor.digest] else { throw TestSupportError("no blob \(descriptor.digest)") }
        return try Manifest(bytes: bytes, digest: descriptor.digest, servedAs: descriptor.mediaType)
    }
}

/// The images of `list.txt`, from the registry that they were saved from when the fixtures were made.
func listedSamples() throws -> (images: [SavedImage], store: BlobStore) {
    let store = try BlobStore.samples()
    let names = Dictionary(
        uniqueKeysWithValues: Set(
            try indexEntries(of: try Fixtures.bytes("source/index.json"))
                .map {
                    NamedDescriptor(name: $0.annotations?["org.opencontainers.image.ref.name"] ?? "", descriptor: $0)
                }
        )
        .map { ($0.name, $0.descriptor) }
    )
    let images = try Fixtures.text("list.txt").split(separator: "\n")
        .map { line in
            guard let descriptor = names[String(line)] else { throw TestSupportError("no sample \(line)") }
            return try store.image(try Reference("127.0.0.1:5001/\(line)"), descriptor) {
                $0.platform?.description == "linux/amd64"
            }
        }
    return (images, store)
}

private struct NamedDescriptor: Hashable {
    let name: String
    let descriptor: Descriptor
}

/// The entries of an `index.json`.
func indexEntries(of json: [UInt8]) throws -> [Descriptor] {
    struct Index: Decodable {
        var manifests: [Descriptor]
    }
    return try JSONDecoder().decode(Index.self, from: Data(json)).manifests
}

/// Writes a complete archive into an output, and commits it.
func write(_ images: [SavedImage], _ store: BlobStore, to output: ArchiveOutput) throws {
    for entry in try ArchivePlan(ContainerdLayout(of: images)).entries {
        guard let blob = entry.blob else {
            try ArchiveEntryWriter.write(entry, to: output)
            continue
        }
        let writer = try ArchiveEntryWriter(entry, to: output)
        try (store.blobs[blob.digest] ?? []).withUnsafeBytes(writer.append)
        try writer.finish()
    }
    try output.commit()
}
