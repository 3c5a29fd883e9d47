import Compression
import SystemIO

/// The first `count` of 3,000,000 bytes of all kinds: text that repeats itself near and far, noise, and zeros.
func sample(_ count: Int) -> [UInt8] {
    Array(material[..<count])
}

private let material: [UInt8] = {
    let count = 3_000_000
    var state: UInt64 = 42
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 4096)
    while bytes.count < count {
        // A linear congruential generator with Knuth's constants for MMIX.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        switch state >> 61 {
        case 0: bytes += (0..<64).map { UInt8(truncatingIfNeeded: state &* ($0 + 1) >> 56) }
        case 1: bytes += repeatElement(0, count: 512)
        case 2 where bytes.count > 20_000: bytes += bytes[(bytes.count - 20_000)...].prefix(300)
        default: bytes += Array("layer \(state >> 48) of image \(state >> 60)\n".utf8)
        }
    }
    return bytes
}()

/// A source that gives at most a few bytes each time.
final class Trickle: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let limit: Int

    init(_ bytes: [UInt8], limit: Int) {
        rest = bytes[...]
        self.limit = limit
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = rest.prefix(min(limit, buffer.count))
        buffer.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}

/// The content of `source`, read in pieces.
func content(of source: any ByteSource, pieces: Int = 64 << 10) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while case let piece = try source.readBytes(pieces), !piece.isEmpty { bytes += piece }
    return bytes
}

/// Returns the content of compressed `bytes`.
func unpacked(_ bytes: [UInt8], format: CompressionFormat? = nil) throws -> [UInt8] {
    try content(of: Decompressor(MemorySource(bytes), format: format))
}
