import Compression
import OCI
import SystemIO
import Tar

/// A complete layer of a partial archive, verified by reading it.
package struct VerifiedLayer: Sendable {
    package let diffID: Digest
    let written: LayerWriter.Written

    /// Reads the place of a layer.
    ///
    /// - Parameters:
    ///   - place: the place in the journal.
    ///   - wrapping: that of the archive.
    ///   - file: the unfinished archive.
    /// - Returns: `nil` where something else is there: other deflate data, a tar with another digest, or the end of the file.
    package static func read(
        _ diffID: Digest,
        at place: ArchiveJournal.Place,
        _ wrapping: OuterCompression,
        in file: any RandomAccess
    ) throws -> VerifiedLayer? {
        guard let length = place.length, place.written == place.size else { return nil }
        let section = FileSection(of: file, at: place.offset, length: length)
        let content = Content(size: place.size, hash: ContentHash(diffID.algorithm))
        do {
            switch wrapping {
            case .none: try section.forEachPiece(content.append)
            case .gzip:
                // The layer is a segment: with a header and a trailer it is a complete member.
                let inflater = PushDecompressor(output: content.append)
                try DeflateSegment.memberHeader.withUnsafeBytes(inflater.append)
                try section.forEachPiece(inflater.append)
                try DeflateSegment.end.withUnsafeBytes(inflater.append)
                try content.checksum.trailer.withUnsafeBytes(inflater.append)
                try inflater.finish()
            }
        } catch is CompressionError {
            return nil
        } catch is OtherContent {
            return nil
        }
        guard content.isComplete, content.hash.finish() == diffID else { return nil }
        let checksum = wrapping == .none ? GzipChecksum() : content.checksum
        let stretch = place.offset..<place.offset + length
        return VerifiedLayer(
            diffID: diffID,
            written: LayerWriter.Written(place: stretch, size: place.size, checksum: checksum)
        )
    }

    /// The file has more bytes than the layer, or other padding than zeros.
    private struct OtherContent: Error {}

    /// The tar of the layer and its padding.
    private final class Content {
        let hash: ContentHash
        private let size: Int64
        private(set) var checksum = GzipChecksum()

        init(size: Int64, hash: ContentHash) {
            self.size = size
            self.hash = hash
        }

        /// Whether all of it has come.
        var isComplete: Bool { checksum.length == size + Int64(TarHeader.padding(after: size)) }

        func append(_ bytes: UnsafeRawBufferPointer) throws {
            let tar = Int(min(Int64(bytes.count), max(0, size - checksum.length)))
            hash.update(UnsafeRawBufferPointer(rebasing: bytes[..<tar]))
            checksum.update(bytes)
            guard checksum.length <= size + Int64(TarHeader.padding(after: size)), bytes[tar...].allSatisfy({ $0 == 0 })
            else { throw OtherContent() }
        }
    }
}
