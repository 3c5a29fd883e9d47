import Compression

/// The compression of an archive's tar.
package enum OuterCompression: Sendable, Equatable {
    /// One gzip member, deflated at a level from 1 (fast) to 9 (small).
    case gzip(level: Int)
    /// Nothing.
    case none

    /// The form that unpacked layers have in an archive.
    package var journalContent: ArchiveJournal.Content {
        switch self {
        case .gzip(let level): .deflatedLayers(level: level)
        case .none: .plainLayers
        }
    }
}

/// Puts a wrapping around the parts of a tar that are at hand.
struct PartWrapper {
    private let deflater: SegmentDeflater?

    init(_ wrapping: OuterCompression) throws {
        deflater = if case .gzip(let level) = wrapping { try SegmentDeflater(level: level) } else { nil }
    }

    /// The bytes before the first part.
    var start: [UInt8] { deflater == nil ? [] : DeflateSegment.memberHeader }

    /// The bytes after the last part.
    func end(_ checksum: GzipChecksum) -> [UInt8] { deflater == nil ? [] : DeflateSegment.end + checksum.trailer }

    /// A part, as small as it gets.
    func wrap(_ part: [UInt8]) throws -> [UInt8] { try deflater?.segment(of: part) ?? part }

    /// A part whose length in the file depends on its own length alone.
    func wrapAtFixedLength(_ part: [UInt8]) -> [UInt8] { deflater == nil ? part : DeflateSegment.stored(part) }

    /// Returns padding that fills a gap in the file and decompresses to nothing.
    ///
    /// - Returns: the shortest filler of at least `count` bytes; empty for a plain tar, which allows none.
    func filler(_ count: Int) -> [UInt8] {
        guard deflater != nil, count > 0 else { return [] }
        for length in count... {
            if let filler = DeflateSegment.filler(length) { return filler }
        }
        return []
    }

    /// Whether the wrapping allows a filler.
    var canFill: Bool { deflater != nil }
}
