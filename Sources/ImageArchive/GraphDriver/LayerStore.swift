import OCI
import Synchronization
import SystemIO

/// The file of the layers, and the layers that an earlier run has written.
///
/// A layer of an earlier run is kept until the archive reaches it. If other content needs its place before, the layer is moved after
/// all other content.
final class LayerStore: Sendable {
    /// The archive's file, or the temporary file of a stream.
    let file: any RandomAccess
    /// The journal of the layers in the file; `nil` if the next run cannot resume.
    private let journal: ArchiveJournal?
    /// Layers of an earlier run.
    private let kept = Mutex<[Digest: LayerWriter.Written]>([:])

    init(_ file: any RandomAccess, journal: ArchiveJournal?) {
        self.file = file
        self.journal = journal
    }

    /// Verifies a layer of the journal.
    ///
    /// - Returns: `nil` if the file does not have the layer.
    func proof(of diffID: Digest, _ wrapping: OuterCompression) throws -> VerifiedLayer? {
        guard let place = journal?.places[diffID] else { return nil }
        return try VerifiedLayer.read(diffID, at: place, wrapping, in: file)
    }

    func keep(_ layer: VerifiedLayer) {
        kept.withLock { $0[layer.diffID] = layer.written }
    }

    func isKept(_ diffID: Digest) -> Bool { kept.withLock { $0[diffID] != nil } }

    /// Does not keep a layer any longer.
    func drop(_ diffID: Digest) {
        kept.withLock { _ = $0.removeValue(forKey: diffID) }
    }

    /// Moves a layer that is kept to its place.
    ///
    /// - Returns: `nil` if the layer is not kept.
    func take(_ diffID: Digest, to start: Int64) throws -> LayerWriter.Written? {
        guard let layer = kept.withLock({ $0[diffID] }) else { return nil }
        let moved = layer.moved(to: start)
        try makeSpace(for: moved.place, of: diffID)
        drop(diffID)
        try file.move(layer.place, to: start)
        return moved
    }

    /// Moves kept layers out of a range that is about to be written.
    ///
    /// - Parameter taken: the kept layer that is moved into the range.
    func makeSpace(for stretch: Range<Int64>, of taken: Digest? = nil) throws {
        try kept.withLock { kept in
            for (diffID, layer) in kept where diffID != taken && layer.place.overlaps(stretch) {
                let end = kept.values.reduce(stretch.upperBound) { max($0, $1.place.upperBound) }
                kept[diffID] = try carryOut(Move(diffID: diffID, layer: layer, start: end))
            }
        }
    }

    /// A move of a layer to another place.
    struct Move {
        let diffID: Digest
        let layer: LayerWriter.Written
        let start: Int64
    }

    /// Moves layers without changing their order. Those that move to a lower offset move from the first to the last, the others from
    /// the last to the first, so none is overwritten before it has moved.
    func carryOut(_ moves: [Move]) throws {
        for move in moves where move.start < move.layer.place.lowerBound { _ = try carryOut(move) }
        for move in moves.reversed() where move.start > move.layer.place.lowerBound { _ = try carryOut(move) }
    }

    private func carryOut(_ move: Move) throws -> LayerWriter.Written {
        try file.move(move.layer.place, to: move.start)
        let moved = move.layer.moved(to: move.start)
        try note(moved, move.diffID)
        return moved
    }

    /// Records the place of a layer in the journal.
    func note(_ layer: LayerWriter.Written, _ diffID: Digest) throws {
        try journal?
            .note(
                diffID,
                ArchiveJournal.Place(
                    offset: layer.place.lowerBound,
                    size: layer.size,
                    written: layer.size,
                    length: Int64(layer.place.count)
                )
            )
    }
}

extension LayerWriter.Written {
    fileprivate func moved(to start: Int64) -> LayerWriter.Written {
        LayerWriter.Written(place: start..<start + Int64(place.count), size: size, checksum: checksum)
    }
}
