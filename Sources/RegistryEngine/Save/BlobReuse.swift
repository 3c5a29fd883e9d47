import Engine
import ImageArchive
import OCI
import Synchronization
import SystemIO

/// Reuses blobs that are available locally, from the partial archive of an earlier run and from other archives.
///
/// Every blob is verified before use. A dry run verifies the blobs without changing any file.
struct BlobReuse: Sendable {
    let plan: ArchivePlan
    let setup: SaveSetup
    /// The journal of the archive; `nil` for a dry run.
    let journal: ArchiveJournal?

    /// A verified blob.
    enum Finding: Sendable {
        case complete(BlobOutcome.Result)
        /// The first bytes of the blob are in the archive.
        case partial(VerifiedEntry)
    }

    /// Moves the blobs of the partial archive to their planned places, and verifies them there.
    ///
    /// - Parameter found: called with each verified blob.
    func resumePartialArchive(_ found: @escaping @Sendable (Descriptor, Finding) -> Void) async throws {
        let resumed = try await onThread { [plan, setup] () -> (PartialArchive, [ArchivePlan.Entry])? in
            guard var partial = try setup.output.partialArchive(of: setup.blobContent) else { return nil }
            let entries = plan.blobs.filter(partial.hasBytes(of:))
            if !entries.isEmpty, !setup.output.isDryRun { try partial.relocate(to: entries, in: setup.output) }
            return (partial, entries)
        }
        guard let (partial, entries) = resumed else { return }
        try await slidingWindow(over: entries, width: setup.jobs) { entry in
            guard let blob = entry.blob, let verified = try await onThread({ try partial.verified(entry) }) else {
                return
            }
            found(blob, verified.written == blob.size ? .complete(.continued) : .partial(verified))
        } deliver: { _, _ in
        }
    }

    /// Copies missing blobs from another archive.
    ///
    /// - Parameters:
    ///   - isOlder: whether the archive is the one that is replaced. Its errors are ignored, because the user has not named it.
    ///   - wanted: returns the entries of the missing blobs.
    ///   - found: called with each copied blob.
    /// - Throws: if a named archive cannot be read.
    func copyBlobs(
        from path: String,
        isOlder: Bool,
        wanted: @escaping @Sendable () -> [ArchivePlan.Entry],
        _ found: @escaping @Sendable (Descriptor, Finding) -> Void
    ) async throws {
        let missing = wanted()
        guard !missing.isEmpty else { return }
        let output = setup.output
        let copied = Mutex(0)
        let report: @Sendable (Descriptor) -> Void = { blob in
            copied.withLock { $0 += 1 }
            found(blob, .complete(.reused))
        }
        do {
            let archive = try await onThread { try ReusableArchive(path) }
            if archive.isIndexed {
                try await slidingWindow(over: missing, width: setup.jobs) { [journal] entry in
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
                try await onThread { [journal] in
                    try archive.copyAll(into: output, journal) {
                        entries[$0]
                    } copied: { digest in
                        if let blob = entries[digest]?.blob { report(blob) }
                    }
                }
            }
        } catch  where isOlder && !(error is CancellationError) && !Self.concernsOutput(error, output) {
            return
        }
        if !isOlder, !output.isDryRun, copied.withLock(\.self) == 0 {
            setup.notice(
                Notice(
                    .notReusable,
                    "\(path) has none of the blobs that are missing; an archive with unpacked layers has none at all"
                )
            )
        }
    }

    /// Whether an error is about a file of this run's archive.
    private static func concernsOutput(_ error: any Error, _ output: ArchiveOutput) -> Bool {
        guard let error = error as? FileError else { return false }
        return output.isNamed(error.path)
    }
}
