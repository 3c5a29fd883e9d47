import OCI
import SystemIO

extension RegistryClient {
    /// Downloads a small blob, such as an image's config, into memory, verifying size and digest.
    ///
    /// - Parameter limit: The maximum size of the blob.
    package func content(of blob: Descriptor, from repository: Repository, limit: Int) async throws -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw RegistryError(
                .refused,
                "the blob \(blob.digest) of \(repository) has \(blob.size) bytes, which is too much here"
            )
        }
        let memory = MemorySink()
        try await download(blob, from: repository, to: memory)
        return memory.bytes
    }
}
