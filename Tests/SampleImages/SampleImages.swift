import FoundationEssentials
import HTTP
import OCI
import Registry
import SystemIO

/// The sample images: an OCI layout whose `index.json` names each image as `REPOSITORY:TAG`.
public struct SampleImages: Sendable {
    /// The layout's directory.
    public let directory: String

    /// The samples in `directory`, which has `blobs/sha256` and `index.json`.
    public init(directory: String) {
        self.directory = directory
    }

    /// Returns the names and the descriptors that they resolve to, in the order of the layout.
    public func names() throws -> [(name: String, descriptor: Descriptor)] {
        struct Index: Decodable {
            var manifests: [Descriptor]
        }
        let index = try JSONDecoder().decode(Index.self, from: Data(contentsOf: file("index.json")))
        return index.manifests.compactMap { descriptor in
            descriptor.annotations?["org.opencontainers.image.ref.name"].map { ($0, descriptor) }
        }
    }

    /// Returns the bytes of a blob or a manifest, or `nil` if the layout lacks it, as it lacks foreign layers.
    public func content(_ digest: Digest) -> [UInt8]? {
        (try? Data(contentsOf: file("blobs/\(digest.algorithm)/\(digest.hex)"))).map { [UInt8]($0) }
    }

    /// Pushes all samples to a registry, which must take manifests with URLs.
    ///
    /// - Parameters:
    ///   - host: `HOST:PORT`.
    ///   - foreignHost: the `HOST:PORT` for the URLs of foreign layers, instead of their own; the digests of those
    ///     images change with it.
    public func push(to host: String, foreignHost: String = SampleImages.foreignHost) async throws {
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        for (name, descriptor) in try names() {
            let reference = try Reference("\(host)/\(name)")
            let name = ManifestName(reference)
            try await push(descriptor, as: name, to: reference.repository, with: client, foreignHost: foreignHost)
        }
    }

    /// The host in the URLs of the samples' foreign layers.
    public static let foreignHost = "127.0.0.1:5009"

    private func push(
        _ descriptor: Descriptor,
        as name: ManifestName,
        to repository: Repository,
        with client: RegistryClient,
        foreignHost: String
    ) async throws {
        guard let bytes = content(descriptor.digest) else {
            throw MissingSample(digest: descriptor.digest)
        }
        let text = String(decoding: bytes, as: UTF8.self).replacing(Self.foreignHost, with: foreignHost)
        let manifest = try Manifest(bytes: Array(text.utf8), servedAs: descriptor.mediaType)
        switch manifest.content {
        case .index(let entries):
            for entry in entries {
                try await push(
                    entry,
                    as: .digest(entry.digest),
                    to: repository,
                    with: client,
                    foreignHost: foreignHost
                )
            }
        case .image(let configuration, let layers):
            for blob in [configuration] + layers {
                guard let content = content(blob.digest) else { continue }
                if try await client.hasBlob(blob.digest, in: repository) { continue }
                _ = try await client.upload(blob, from: Content(bytes: content), to: repository, mountingFrom: nil)
            }
        }
        try await client.put(manifest, as: name, in: repository)
    }

    /// Pushes a manifest of a test, and its blobs, to a registry.
    ///
    /// - Parameter name: `HOST/REPOSITORY:TAG`, or with `@DIGEST` instead of a tag.
    public static func push(_ manifest: [UInt8], blobs: [[UInt8]] = [], as name: String) async throws {
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        let reference = try Reference(name)
        for content in blobs {
            let blob = Descriptor(
                mediaType: "application/octet-stream",
                digest: ContentHash.digest(of: content),
                size: Int64(content.count)
            )
            let source = Content(bytes: content)
            _ = try await client.upload(blob, from: source, to: reference.repository, mountingFrom: nil)
        }
        try await client.put(try Manifest(bytes: manifest), as: ManifestName(reference), in: reference.repository)
    }

    private func file(_ path: String) -> URL { URL(filePath: "\(directory)/\(path)") }

    private struct Content: BlobSource {
        let bytes: [UInt8]

        var size: Int64 { Int64(bytes.count) }

        func open() -> any ByteSource { MemorySource(bytes) }
    }
}

/// A manifest that the samples name but do not have.
struct MissingSample: Error, CustomStringConvertible {
    let digest: Digest

    var description: String { "the sample images lack the manifest \(digest)" }
}
