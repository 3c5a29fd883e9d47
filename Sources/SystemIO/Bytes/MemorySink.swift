/// A sink that keeps its bytes in memory.
///
/// `@unchecked Sendable`: one thread at a time uses the sink.
package final class MemorySink: ByteSink, @unchecked Sendable {
    package private(set) var bytes: [UInt8] = []
    /// The maximum number of bytes, after which `append` keeps no more and throws.
    package var limit: Int
    private let excess: (any Error)?

    /// - Parameter excess: The error for more bytes than `limit`.
    package init(limit: Int = .max, excess: (any Error)? = nil) {
        self.limit = limit
        self.excess = excess
    }

    package var canRestart: Bool { true }

    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        let capacity = limit - self.bytes.count
        self.bytes.append(contentsOf: bytes.prefix(capacity))
        if bytes.count > capacity, let excess { throw excess }
    }

    package func restart() { bytes = [] }
}
