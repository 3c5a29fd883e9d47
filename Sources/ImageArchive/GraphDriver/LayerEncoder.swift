import Compression
import Synchronization
import SystemIO

/// Compresses the content of one layer and writes it into the file of a store from an offset on.
///
/// Used from one thread at a time; with a gzip wrapping the writing is done on the compressor's.
final class LayerEncoder {
    private let gzip: ParallelGzip?
    private let sink: Sink

    /// The destination of the compressed bytes.
    private final class Sink: Sendable {
        private let store: LayerStore
        private let end: Mutex<Int64>

        init(_ store: LayerStore, at offset: Int64) {
            self.store = store
            end = Mutex(offset)
        }

        var position: Int64 { end.withLock(\.self) }

        func write(_ bytes: UnsafeRawBufferPointer) throws {
            try end.withLock { end in
                try store.makeSpace(for: end..<end + Int64(bytes.count))
                try store.file.write(bytes, at: end)
                store.file.startWriteback(at: end, length: bytes.count)
                end += Int64(bytes.count)
            }
        }
    }

    init(_ wrapping: OuterCompression, into store: LayerStore, at offset: Int64) throws {
        let sink = Sink(store, at: offset)
        self.sink = sink
        switch wrapping {
        case .gzip(let level): gzip = try ParallelGzip(level: level, framing: .segment, output: sink.write)
        case .none: gzip = nil
        }
    }

    /// Adds content.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        if let gzip { try gzip.write(bytes) } else { try sink.write(bytes) }
    }

    /// Aborts; nothing more is written when this returns.
    func abort() {
        gzip?.abort()
    }

    /// Writes the remaining bytes.
    ///
    /// - Returns: the end of the compressed content in the file, and the checksum of the content; of no content for a plain tar.
    func finish() throws -> (end: Int64, checksum: GzipChecksum) {
        let checksum = try gzip?.finish() ?? GzipChecksum()
        return (sink.position, checksum)
    }
}
