import ByteIO
import DockerArchive
import Hashing
import ImageModel
import Registry

/// Where blobs come from: the images that were found on this machine, else the registries.
struct BlobSupply: Sendable {
    let client: RegistryClient
    let local: LocalImages?

    /// The whole content of a blob that is kept in memory.
    ///
    /// - Parameter limit: the most bytes that are read.
    func content(of blob: Descriptor, from repository: Repository, limit: Int) async throws -> [UInt8] {
        guard let content = local?.blob(blob.digest) else {
            return try await client.content(of: blob, from: repository, limit: limit)
        }
        return try await onThread { try content.bytes(of: "\(blob.digest)", limit: limit) }
    }

    /// Hands over a blob, verified by its digest.
    func download(_ blob: Descriptor, from repository: Repository, to destination: any BlobDestination) async throws {
        guard let content = local?.blob(blob.digest) else {
            return try await client.download(blob, from: repository, to: destination)
        }
        try await onThread {
            let hash = ContentHash(blob.digest.algorithm)
            let source = try content.open()
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
            defer { buffer.deallocate() }
            while case let count = try source.read(into: buffer), count > 0 {
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                hash.update(bytes)
                try destination.append(bytes)
            }
            let digest = hash.finish()
            guard digest == blob.digest else {
                throw ArchiveError.damaged("the blob \(blob.digest) of docker's local store has the digest \(digest)")
            }
        }
    }

    /// Hands over a foreign layer that its publisher serves.
    func download(_ blob: Descriptor, fromURL url: String, to destination: any BlobDestination) async throws {
        try await client.download(blob, fromURL: url, to: destination)
    }
}
