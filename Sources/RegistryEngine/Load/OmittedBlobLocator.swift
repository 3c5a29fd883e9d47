import Engine
import OCI
import Registry

/// Finds the blobs that a delta archive leaves out in the registry that it is loaded into, before anything is pushed.
struct OmittedBlobLocator: Sendable {
    let client: RegistryClient
    /// How many questions are asked at a time.
    let width: Int
    let counters: TransferCounters

    /// Where the registry has the blobs.
    struct Findings: Sendable {
        /// Findings that no blob is missing of, for a plan that comes before the search.
        static let everywhere = Findings(isEverywhere: true)

        fileprivate var owners: [BlobLocation: Result<Repository, any Error>] = [:]
        private var isEverywhere = false

        /// Nothing was searched, or nothing was found.
        init() {}

        private init(isEverywhere: Bool) { self.isEverywhere = isEverywhere }

        /// Whether the blob is in the registry.
        func has(_ location: BlobLocation) -> Bool { owners[location] != nil }

        /// The repository that has a blob which is wanted at a location.
        ///
        /// - Parameter older: the archive that has the blob.
        func repository(with location: BlobLocation, of older: String) throws -> Repository {
            if isEverywhere { return location.repository }
            guard let owner = owners[location] else {
                throw EngineError(
                    "the registry lacks the blob \(location.digest), which this delta leaves out: load \(older) first"
                )
            }
            return try owner.get()
        }
    }

    /// In how many other repositories each of so many blobs is looked for: few blobs everywhere, many in a few.
    static func mostOthers(for blobs: Int) -> Int { max(8, 2_000 / max(1, blobs)) }

    /// A blob in any repository of a registry.
    private struct RegistryBlob: Hashable, Sendable {
        let digest: Digest
        let domain: String

        init(_ location: BlobLocation) {
            digest = location.digest
            domain = location.repository.domain
        }
    }

    /// Looks for each blob where it is wanted, else in a few other repositories of the same registry that blobs are wanted in: those
    /// in which most of the blobs were found.
    ///
    /// - Throws: `CancellationError`; what else goes wrong is found, and thrown where the blob is asked for.
    func run(_ wanted: [BlobLocation]) async throws -> Findings {
        var seen: Set<BlobLocation> = []
        let locations = wanted.filter { seen.insert($0).inserted }
        counters.enter(.searching, planned: Int64(locations.count))
        defer { counters.enter(nil) }
        var findings = Findings()
        try await slidingWindow(over: locations, width: width) {
            try await look(for: $0)
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
        // Where the registry has none of them, the older archive was not loaded, and there is nothing to look for.
        guard !owners.isEmpty else { return findings }
        let repositories = counts.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }.map(\.key)
        let missing = locations.filter { findings.owners[$0] == nil }
        let blobs = Set(missing.map { RegistryBlob($0) }).subtracting(owners.keys)
            .sorted { $0.digest.hex < $1.digest.hex }
        let limit = Self.mostOthers(for: blobs.count)
        counters.enter(.searching, planned: Int64(blobs.count))
        try await slidingWindow(over: blobs, width: width) { [seen] blob -> Result<Repository, any Error>? in
            let others = repositories.filter { $0.domain == blob.domain }
                .filter { !seen.contains(BlobLocation(digest: blob.digest, repository: $0)) }
            for repository in others.prefix(limit) {
                let owner = try await look(for: BlobLocation(digest: blob.digest, repository: repository))
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
    private func look(for location: BlobLocation) async throws -> Result<Repository, any Error>? {
        do {
            return try await client.hasBlob(location.digest, in: location.repository)
                ? .success(location.repository) : nil
        } catch {
            try Task.checkCancellation()
            return .failure(error)
        }
    }
}

extension PlannedStep {
    /// Where the blobs are wanted that the archive leaves out.
    var omittedBlobs: [BlobLocation] {
        guard case .push(let push) = content else { return [] }
        return push.allBlobs.filter { $0.elsewhere != nil }.map(\.location)
    }
}
