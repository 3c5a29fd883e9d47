import Compression
import SystemIO

/// The limit of the unpacked size of compressed data. Larger data is a decompression bomb.
package struct ExpansionLimit: Sendable {
    /// The maximum ratio of unpacked to compressed bytes, in addition to the allowance.
    let ratio: Int64
    /// In bytes.
    let allowance: Int64

    /// The limit of archives and layers, which are seldom compressed to less than a tenth: a gigabyte, and 200 times the compressed size.
    package static let decompressed = ExpansionLimit(ratio: 200, allowance: 1 << 30)

    /// The limit of the content of an archive other than uncompressed layers, which is small or compressed already.
    static let copied = ExpansionLimit(ratio: 10, allowance: 64 << 20)

    /// Verifies an unpacked size against a compressed size, both in bytes.
    ///
    /// - Throws: ``ArchiveError/bomb(packed:unpacked:)``.
    package func check(_ unpacked: Int64, of packed: Int64) throws(ArchiveError) {
        // The packed bytes have been read, so this cannot overflow.
        let limit = allowance + packed * ratio
        guard unpacked <= limit else { throw .bomb(packed: packed, unpacked: limit) }
    }
}

/// The content of compressed data, which ends with an error if it is larger than an ``ExpansionLimit`` allows.
package final class BoundedDecompressor: ByteSource {
    private let input: CountingSource
    private let decompressor: Decompressor
    private let limit: ExpansionLimit
    private var unpacked: Int64 = 0

    /// Unpacks `source`.
    ///
    /// - Parameters:
    ///   - format: the compression of the source; if `nil`, it is detected from the first bytes.
    ///   - progress: called with the number of compressed bytes of each piece that is read.
    package init(
        _ source: any ByteSource,
        format: CompressionFormat? = nil,
        limit: ExpansionLimit = .decompressed,
        progress: @escaping (Int) -> Void = { _ in }
    ) throws {
        self.limit = limit
        input = CountingSource(source, progress)
        decompressor = try Decompressor(input, format: format)
    }

    /// The compression of the source.
    var format: CompressionFormat { decompressor.format }

    /// The number of compressed bytes that have been read.
    var packed: Int64 { input.count }

    /// - Throws: also ``ArchiveError/bomb(packed:unpacked:)``.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try decompressor.read(into: buffer)
        unpacked += Int64(count)
        try limit.check(unpacked, of: packed)
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
