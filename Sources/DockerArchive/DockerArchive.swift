import ByteIO
import FoundationEssentials
import Hashing
import ImageModel

/// An archive of images, open for reading.
///
/// Nothing of it is unpacked: manifests are read when they are asked for, and blobs are read from where they lie.
public final class DockerArchive: Sendable {
    /// An image by the name that it has in the archive.
    public struct Image: Sendable {
        /// Its name, or `nil` where it was saved by digest.
        public let reference: Reference?
        /// What the name leads to: an image or an index.
        public let descriptor: Descriptor
    }

    /// The images in the order of `index.json`.
    public let images: [Image]
    private let files: [String: ArchivedContent]

    /// Opens the archive called `path`.
    ///
    /// - Throws: `FileError`, or ``ArchiveError``.
    public init(path: String) throws {
        let file = try File(path, for: .reading)
        guard try file.isRegular else { throw ArchiveError.unknownLayout }
        let files = try ArchiveIndex(of: file).files
        guard let index = files["index.json"] else { throw ArchiveError.missing(entry: "index.json") }
        self.images = try Self.images(of: try index.bytes(of: "index.json", limit: Self.indexLimit))
        self.files = files
    }

    /// The content of a blob, or `nil` where the archive lacks it. Its size is what the archive says.
    public func blob(_ digest: Digest) -> ArchivedContent? { files[ContainerdLayout.path(of: digest)] }

    /// Reads the manifest that a descriptor names, and verifies its digest.
    ///
    /// - Returns: `nil` where the archive lacks it.
    public func manifest(_ descriptor: Descriptor) throws -> Manifest? {
        guard let content = blob(descriptor.digest) else { return nil }
        let name = ContainerdLayout.path(of: descriptor.digest)
        let bytes = try content.bytes(of: name, limit: Manifest.sizeLimit)
        let digest = ContentHash.digest(of: bytes, descriptor.digest.algorithm)
        guard digest == descriptor.digest else { throw ArchiveError.damaged("its \(name) has the digest \(digest)") }
        do {
            return try Manifest(bytes: bytes, servedAs: descriptor.mediaType)
        } catch {
            throw ArchiveError.malformed(entry: name, problem: "\(error)")
        }
    }

    /// As docker's containerd store limits it.
    private static let indexLimit = 20 << 20

    private static func images(of index: [UInt8]) throws -> [Image] {
        struct Index: Decodable {
            var manifests: [Descriptor]?
        }
        let entries: [Descriptor]
        do {
            entries = try JSONDecoder().decode(Index.self, from: Data(index)).manifests ?? []
        } catch {
            throw ArchiveError.malformed(entry: "index.json", problem: "it is not the JSON of an index")
        }
        return try entries.map { entry in
            guard let name = entry.annotations?["io.containerd.image.name"] else {
                return Image(reference: nil, descriptor: entry)
            }
            do {
                return Image(reference: try Reference(name), descriptor: entry)
            } catch {
                throw ArchiveError.malformed(entry: "index.json", problem: "\(error)")
            }
        }
    }
}
