import Engine
import OCI
import Registry

/// Searches the target registry for the blobs that a delta archive omits, before the first push.
struct OmittedBlobLocator: Sendable {
    let client: RegistryClient
    /// The number of concurrent requests.
    let width: Int
    let counters: TransferCounters

    /// The repositories that have the blobs.
    struct Findings: Sendable {
        fileprivate var owners: [BlobLocation: Result<Repository, any Error>] = [:]

        /// Whether the blob is in the registry.
        func has(_ location: BlobLocation) -> Bool { owners[location] != nil }

        /// Returns the repository that has the blob needed at `location`.
        ///
        /// - Parameter older: the archive that has the blob.
        func repository(with location: BlobLocation, of older: String) throws -> Repository {
            guard let owner = owners[location] else {
                throw EngineError(
                    "the registry lacks the blob \(location.digest), which this delta leaves out: load \(older) first"
                )
            }
            return try owner.get()
        }
    }

    /// Returns the number of other repositories to search for each of `blobs` blobs; the more blobs, the fewer repositories.
    static func repositoryLimit(for blobs: Int) -> Int { max(8, 2_000 / max(1, blobs)) }

    /// A blob in any repository of a registry.
    private struct RegistryBlob: Hashable, Sendable {
        let digest: Digest
        let domain: String

        init(_ location: BlobLocation) {
            digest = location.digest
            domain = location.repository.domain
        }
    }

    /// Searches for each blob in the repository that needs it, then in a few of the other repositories: those with most of the blobs.
    ///
    /// - Throws: `CancellationError`; other errors are thrown by ``Findings/repository(with:of:)``.
    func run(_ wanted: [BlobLocation]) async throws -> Findings {
        var seen: Set<BlobLocation> = []
        let locations = wanted.filter { seen.insert($0).inserted }
        counters.enter(.searching, planned: Int64(locations.count))
        defer { counters.enter(nil) }
        var findings = Findings()
        try await slidingWindow(over: locations, width: width) {
            try await search(for: $0)
        } deliver: {
            findings.owners[locations[$0]] = $1
            counters.advance()
        }
        var owners: [RegistryBlob: Result<Repository, any Error>] = [:]
        var counts: [Repository: Int] = [:]
        for location in locations {
            counts[location.repository] = counts[location.repository] ?? 0
            guard case .success(let repository)? = findings.owners[location] else { continue }
            owners[RegistryBlob(location)] = .success(repository)
            counts[repository, default: 0] += 1
        }
        // If the registry has none of the blobs, the older archive was not loaded, and a search would find nothing.
        guard !owners.isEmpty else { return findings }
        let repositories = counts.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }.map(\.key)
        let missing = locations.filter { findings.owners[$0] == nil }
        let blobs = Set(missing.map { RegistryBlob($0) }).subtracting(owners.keys)
            .sorted { $0.digest.hex < $1.digest.hex }
        let limit = Self.repositoryLimit(for: blobs.count)
        counters.enter(.searching, planned: Int64(blobs.count))
        try await slidingWindow(over: blobs, width: width) { [seen] blob -> Result<Repository, any Error>? in
            let others = repositories.filter { $0.domain == blob.domain }
                .filter { !seen.contains(BlobLocation(digest: blob.digest, repository: $0)) }
            for repository in others.prefix(limit) {
                let owner = try await search(for: BlobLocation(digest: blob.digest, repository: repository))
                if let owner { return owner }
            }
            return nil
        } deliver: {
            owners[blobs[$0]] = $1
            counters.advance()
        }
        for location in missing { findings.owners[location] = owners[RegistryBlob(location)] }
        return findings
    }

    /// - Returns: `nil` if the repository lacks the blob.
    private func search(for location: BlobLocation) async throws -> Result<Repository, any Error>? {
        do {
            return try await client.hasBlob(location.digest, in: location.repository)
                ? .success(location.repository) : nil
        } catch {
            try Task.checkCancellation()
            return .failure(error)
        }
    }
}
