import Engine
import ImageArchive
import OCI
import Synchronization
import SystemIO

/// What a ``BlobReuse`` would find of a planned archive on this machine, without a change to any file. All is hashed, as there.
struct BlobReuseCheck: Sendable {
    let plan: ArchivePlan
    /// One that is only looked at.
    let output: ArchiveOutput
    /// Other archives, the one that is replaced not among them.
    let reuse: [String]
    let isGzip: Bool
    /// How many blobs are read at a time.
    let jobs: Int
    let counters: TransferCounters

    /// What is there.
    struct Findings: Sendable {
        /// In bytes.
        var continued: Int64 = 0
        /// In bytes.
        var reused: Int64 = 0
        /// The blobs of which nothing was found.
        var missing: [Descriptor] = []
        /// Archives of ``reuse`` that cannot be read: a sentence each.
        var problems: [String] = []
    }

    /// - Throws: `CancellationError`, and what is wrong with the unfinished file.
    func run() async throws -> Findings {
        counters.enter(.takingOver)
        defer { counters.enter(nil) }
        var findings = Findings()
        findings.missing = plan.blobs.compactMap(\.blob)
        if let remains = try output.remains(of: isGzip ? .storedMembers : .plainTar) {
            let proven = Mutex<[Digest: Int64]>([:])
            try await slidingWindow(over: plan.blobs.filter { $0.blob != nil }, width: jobs) { entry in
                let count = try await onThread { try remains.proven(entry) }
                if count > 0, let blob = entry.blob { proven.withLock { $0[blob.digest] = count } }
            } deliver: { _, _ in
            }
            let counts = proven.withLock(\.self)
            findings.continued = counts.values.saturatedSum(of: \.self)
            findings.missing.removeAll { counts[$0.digest] != nil }
        }
        let older = output.olderArchive
        for path in reuse + (older.map { [$0] } ?? []) where !findings.missing.isEmpty {
            do {
                let found = try await blobs(of: path, among: findings.missing)
                findings.reused += findings.missing.saturatedSum { found.contains($0.digest) ? $0.size : 0 }
                findings.missing.removeAll { found.contains($0.digest) }
            } catch is CancellationError {
                throw CancellationError()
            } catch  where path != older {
                findings.problems.append("\(path): \(error)")
            } catch {
                // Nobody has named the archive that is replaced: that it cannot be used is no news.
            }
        }
        return findings
    }

    private func blobs(of path: String, among missing: [Descriptor]) async throws -> Set<Digest> {
        let archive = try await onThread { try ReusableArchive(path) }
        let found = Mutex<Set<Digest>>([])
        if archive.isIndexed {
            try await slidingWindow(over: missing, width: jobs) { blob in
                if try await onThread({ try archive.holds(blob) }) { found.withLock { _ = $0.insert(blob.digest) } }
            } deliver: { _, _ in
            }
        } else {
            let sizes = Dictionary(missing.map { ($0.digest, $0.size) }) { first, _ in first }
            return try await onThread {
                var found: Set<Digest> = []
                try archive.findAll(sizes: sizes) { found.insert($0) }
                return found
            }
        }
        return found.withLock(\.self)
    }
}
