import ByteIO
import Compression

/// What compressed data unpacks to, ended where that is far more than archives and layers of images unpack to: a small file can
/// unpack without end.
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

    /// - Throws: also ``ArchiveError/bomb(packed:unpacked:)``, beyond a gigabyte and 200 times what is compressed. Layers are seldom
    ///   compressed to less than a tenth.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try decompressor.read(into: buffer)
        unpacked += Int64(count)
        try Self.check(unpacked, of: packed, ratio: 200, allowance: 1 << 30)
        return count
    }

    /// Takes for a bomb what is larger than `allowance` bytes and `ratio` times what it was unpacked from.
    static func check(_ unpacked: Int64, of packed: Int64, ratio: Int64, allowance: Int64) throws(ArchiveError) {
        // What is packed has been read, so it is far from overflowing.
        guard unpacked <= allowance + packed * ratio else {
            throw .bomb(packed: packed, unpacked: allowance + packed * ratio)
        }
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
