import OCI
import Synchronization
import SystemIO

/// The file that layers are written into, each by itself, and what it has of them already.
///
/// A layer that an earlier run has left is kept until its turn comes. What is written before that may need its place: then it is moved
/// behind all that there is. So no layer needs its place twice, whatever the list of the earlier run was.
final class LayerStore: Sendable {
    /// The archive's file, or the temporary file of a stream.
    let file: any RandomAccess
    /// Tells which layers the file has; `nil` where nothing is left for another run.
    private let journal: ArchiveJournal?
    /// Layers of an earlier run.
    private let kept = Mutex<[Digest: LayerWriter.Written]>([:])

    init(_ file: any RandomAccess, journal: ArchiveJournal?) {
        self.file = file
        self.journal = journal
    }

    /// Reads what the file should have of a layer by its journal.
    ///
    /// - Returns: `nil` where the file does not have it.
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
    /// - Returns: `nil` where it is not kept.
    func take(_ diffID: Digest, to start: Int64) throws -> LayerWriter.Written? {
        guard let layer = kept.withLock({ $0[diffID] }) else { return nil }
        let moved = layer.moved(to: start)
        try makeRoom(for: moved.place, of: diffID)
        drop(diffID)
        try file.move(layer.place, to: start)
        return moved
    }

    /// Moves layers that are kept out of a stretch that is about to be written.
    ///
    /// - Parameter taken: the layer that is written there, if that is one of them.
    func makeRoom(for stretch: Range<Int64>, of taken: Digest? = nil) throws {
        try kept.withLock { kept in
            for (diffID, layer) in kept where diffID != taken && layer.place.overlaps(stretch) {
                let end = kept.values.reduce(stretch.upperBound) { max($0, $1.place.upperBound) }
                kept[diffID] = try carryOut(Move(diffID: diffID, layer: layer, start: end))
            }
        }
    }

    /// A layer on its way to another place.
    struct Move {
        let diffID: Digest
        let layer: LayerWriter.Written
        let start: Int64
    }

    /// Moves layers that stay in their order: those to the front from the first to the last, those to the back from the last to the
    /// first, so that none is written over that has not moved yet.
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

    /// Notes for another run that the file has a layer.
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
