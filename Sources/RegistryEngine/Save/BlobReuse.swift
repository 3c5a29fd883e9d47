import Engine
import ImageArchive
import OCI
import Synchronization
import SystemIO

/// What of a planned archive is on this machine already: in the archive that an earlier run has left unfinished, and in others.
///
/// Nothing counts before it has been hashed.
struct BlobReuse: Sendable {
    let plan: ArchivePlan
    let output: ArchiveOutput
    let journal: ArchiveJournal
    /// How many blobs are read at a time.
    let jobs: Int
    let notice: NoticeHandler

    /// A blob that has been found.
    enum Finding: Sendable {
        /// It is whole, and in its place.
        case whole(BlobOutcome.Result)
        /// So much of it is in its place.
        case part(VerifiedEntry)
    }

    /// Moves what the unfinished archive has to where it belongs now, and reads it.
    ///
    /// - Parameter found: told of each blob that is there.
    func continueUnfinished(_ found: @escaping @Sendable (Descriptor, Finding) -> Void) async throws {
        let places = journal.places
        let kept = plan.blobs.filter { entry in
            guard let blob = entry.blob, let place = places[blob.digest] else { return false }
            return place.size == blob.size && place.written > 0
        }
        guard !kept.isEmpty else { return }
        guard let file = output.file else { return }
        let missing = try await onThread { [output] in try output.relocate(kept, from: places) }
        try await slidingWindow(over: kept, width: jobs) { entry in
            guard let blob = entry.blob, !missing.contains(blob.digest), let place = places[blob.digest] else { return }
            let proof = try await onThread { try VerifiedEntry.read(entry, written: place.written, in: file) }
            guard let proof else { return }
            found(blob, proof.written == blob.size ? .whole(.continued) : .part(proof))
        } deliver: { _, _ in
        }
    }

    /// Copies what is missing from another archive.
    ///
    /// - Parameters:
    ///   - isOlder: whether it is the archive that is replaced, which nobody has named: that it cannot be used is no news then.
    ///   - wanted: the entries of the blobs that are missing.
    ///   - found: told of each blob that is in its place now.
    /// - Throws: where a named archive cannot be read.
    func reuse(
        _ path: String,
        isOlder: Bool,
        wanted: @escaping @Sendable () -> [ArchivePlan.Entry],
        _ found: @escaping @Sendable (Descriptor, Finding) -> Void
    ) async throws {
        let missing = wanted()
        guard !missing.isEmpty else { return }
        let copied = Mutex(0)
        let report: @Sendable (Descriptor) -> Void = { blob in
            copied.withLock { $0 += 1 }
            found(blob, .whole(.reused))
        }
        do {
            let archive = try await onThread { try ReusableArchive(path) }
            if archive.isIndexed {
                try await slidingWindow(over: missing, width: jobs) { entry in
                    guard let blob = entry.blob, archive.has(blob.digest) else { return }
                    if try await onThread({ try archive.copy(entry, into: output, journal) }) { report(blob) }
                } deliver: { _, _ in
                }
            } else {
                let entries = Dictionary(missing.compactMap { entry in entry.blob.map { ($0.digest, entry) } }) {
                    first,
                    _ in
                    first
                }
                try await onThread { [self] in
                    try archive.copyAll(into: output, journal) {
                        entries[$0]
                    } copied: { digest in
                        if let blob = entries[digest]?.blob { report(blob) }
                    }
                }
            }
        } catch  where isOlder && !(error is CancellationError) && !Self.isOfOutput(error, output) {
            return
        }
        if !isOlder, copied.withLock(\.self) == 0 {
            notice(
                Notice(
                    .notReusable,
                    "\(path) has none of the blobs that are missing; an archive with unpacked layers has none at all"
                )
            )
        }
    }

    /// Whether it is this run's archive that an error is about.
    private static func isOfOutput(_ error: any Error, _ output: ArchiveOutput) -> Bool {
        guard let error = error as? FileError else { return false }
        return output.isNamed(error.path)
    }
}
