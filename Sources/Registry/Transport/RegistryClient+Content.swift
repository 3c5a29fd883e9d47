import OCI
import SystemIO

extension RegistryClient {
    /// Fetches a small blob, such as an image's configuration, into memory; verified.
    ///
    /// - Parameter limit: the most bytes that the blob may have.
    package func content(of blob: Descriptor, from repository: Repository, limit: Int) async throws -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw RegistryError(
                .refused,
                "the blob \(blob.digest) of \(repository) has \(blob.size) bytes, which is too much here"
            )
        }
        let memory = Memory()
        try await download(blob, from: repository, to: memory)
        return memory.bytes
    }

    /// One transfer at a time has it, on one thread, which is what `@unchecked` stands for.
    private final class Memory: ByteSink, @unchecked Sendable {
        private(set) var bytes: [UInt8] = []

        var canRestart: Bool { true }

        func append(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }

        func restart() { bytes = [] }
    }
}
