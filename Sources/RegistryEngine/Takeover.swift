import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import Synchronization

/// What of a planned archive is on this machine already: in the archive that an earlier run has left unfinished, and in others.
///
/// Nothing counts before it has been hashed.
struct Takeover: Sendable {
    let plan: ArchivePlan
    let output: ArchiveOutput
    let journal: ArchiveJournal
    /// How many blobs are read at a time.
    let jobs: Int

    /// A blob that has been found.
    enum Finding: Sendable {
        /// It is whole, and in its place.
        case whole(BlobOutcome.Fate)
        /// So much of it is in its place.
        case part(EntryProof)
    }

    /// Moves what the unfinished archive has to where it belongs now, and reads it.
    ///
    /// - Parameter found: told of each blob that is there.
    func continueUnfinished(_ found: @escaping @Sendable (Descriptor, Finding) -> Void) async throws {
        let places = journal.places
        let kept = plan.blobs.filter { entry in
            guard case .blob(let blob) = entry.content, let place = places[blob.digest] else { return false }
            return place.size == blob.size && place.written > 0
        }
        guard !kept.isEmpty else { return }
        try await onThread { [self] in
            try output.relocate(kept, from: places) { entry in
                guard case .blob(let blob) = entry.content, var place = places[blob.digest] else { return }
                place.offset = entry.offset
                try journal.note(blob.digest, place)
            }
        }
        try await slidingWindow(over: kept, width: jobs) { [self] entry in
            guard case .blob(let blob) = entry.content, let place = places[blob.digest] else { return }
            let proof = try await onThread { try EntryProof.read(entry, written: place.written, in: output) }
            guard let proof else { return }
            found(blob, proof.written == blob.size ? .whole(.continued) : .part(proof))
        } deliver: { _, _ in }
    }
}
