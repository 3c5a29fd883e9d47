import Compression
import SystemIO

/// How large compressed data may unpack to before it is taken for a decompression bomb: a small file can unpack without end.
package struct ExpansionLimit: Sendable {
    /// So many times what is compressed, beyond the allowance.
    let ratio: Int64
    /// In bytes.
    let allowance: Int64

    /// Of archives and layers, which are seldom compressed to less than a tenth: a gigabyte, and 200 times what is compressed.
    package static let decompressed = ExpansionLimit(ratio: 200, allowance: 1 << 30)

    /// Of what an archive has beside layers that are not compressed, which is small or compressed already.
    static let copied = ExpansionLimit(ratio: 10, allowance: 64 << 20)

    /// Compares two amounts of bytes.
    ///
    /// - Throws: ``ArchiveError/bomb(packed:unpacked:)``.
    package func check(_ unpacked: Int64, of packed: Int64) throws(ArchiveError) {
        // What is packed has been read, so it is far from overflowing.
        let limit = allowance + packed * ratio
        guard unpacked <= limit else { throw .bomb(packed: packed, unpacked: limit) }
    }
}

/// What compressed data unpacks to, ended where that is more than ``ExpansionLimit/decompressed``.
package final class BoundedDecompressor: ByteSource {
    private let input: CountingSource
    private let decompressor: Decompressor
    private var unpacked: Int64 = 0

    /// Unpacks what `source` gives.
    ///
    /// - Parameters:
    ///   - format: what the data is compressed with; if `nil`, its first bytes tell.
    ///   - progress: called with the number of compressed bytes each time that some were taken in.
    package init(
        _ source: any ByteSource,
        format: CompressionFormat? = nil,
        progress: @escaping (Int) -> Void = { _ in }
    ) throws {
        input = CountingSource(source, progress)
        decompressor = try Decompressor(input, format: format)
    }

    /// What the data is compressed with.
    var format: CompressionFormat { decompressor.format }

    /// How many compressed bytes have been taken in.
    var packed: Int64 { input.count }

    /// - Throws: also ``ArchiveError/bomb(packed:unpacked:)``.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try decompressor.read(into: buffer)
        unpacked += Int64(count)
        try ExpansionLimit.decompressed.check(unpacked, of: packed)
        return count
    }

    private final class CountingSource: ByteSource {
        private(set) var count: Int64 = 0
        private let source: any ByteSource
        private let progress: (Int) -> Void

        init(_ source: any ByteSource, _ progress: @escaping (Int) -> Void) {
            self.source = source
            self.progress = progress
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let count = try source.read(into: buffer)
            self.count += Int64(count)
            progress(count)
            return count
        }
    }
}
