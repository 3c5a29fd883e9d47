import ByteIO
import Compression

/// What compressed data unpacks to, ended where that is more than ``ExpansionLimit/decompressed``.
final class GuardedDecompressor: ByteSource {
    private let input: CountingSource
    private let decompressor: Decompressor
    private var unpacked: Int64 = 0

    /// Unpacks what `source` gives.
    ///
    /// - Parameter format: what the data is compressed with; if `nil`, its first bytes tell.
    init(_ source: any ByteSource, format: CompressionFormat? = nil) throws {
        input = CountingSource(source)
        decompressor = try Decompressor(input, format: format)
    }

    /// What the data is compressed with.
    var format: CompressionFormat { decompressor.format }

    /// How many compressed bytes have been taken in.
    var packed: Int64 { input.count }

    /// - Throws: also ``ArchiveError/bomb(packed:unpacked:)``.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try decompressor.read(into: buffer)
        unpacked += Int64(count)
        try ExpansionLimit.decompressed.check(unpacked, of: packed)
        return count
    }

    private final class CountingSource: ByteSource {
        private(set) var count: Int64 = 0
        private let source: any ByteSource

        init(_ source: any ByteSource) { self.source = source }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let count = try source.read(into: buffer)
            self.count += Int64(count)
            return count
        }
    }
}
