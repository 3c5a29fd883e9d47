import ImageModel
import Registry
import Synchronization

/// Finds the blobs that a delta archive leaves out in the registry that it is loaded into, before anything is pushed.
struct OmittedBlobSearch: Sendable {
    let client: RegistryClient
    /// How many questions are asked at a time.
    let width: Int

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
                throw PlanningError(
                    "the registry lacks the blob \(location.digest), which this delta leaves out: load \(older) first"
                )
            }
            return try owner.get()
        }
    }

    /// Looks for each blob where it is wanted, else in the other repositories of the same registry that blobs are wanted in.
    ///
    /// - Throws: `CancellationError`; what else goes wrong is found, and thrown where the blob is asked for.
    func run(_ wanted: [BlobLocation]) async throws -> Findings {
        var seen: Set<BlobLocation> = []
        let locations = wanted.filter { seen.insert($0).inserted }
        let findings = Mutex(Findings())
        let owners = Mutex<[Digest: Repository]>([:])
        @Sendable func look(for location: BlobLocation, in repository: Repository) async throws -> Bool {
            let owner: Result<Repository, any Error>
            do {
                guard try await client.hasBlob(location.digest, in: repository) else { return false }
                owner = .success(repository)
                owners.withLock { $0[location.digest] = repository }
            } catch {
                try Task.checkCancellation()
                owner = .failure(error)
            }
            findings.withLock { $0.owners[location] = owner }
            return true
        }
        try await slidingWindow(over: locations, width: width) { location in
            _ = try await look(for: location, in: location.repository)
        } deliver: { _, _ in
        }
        // Where the registry has none of them, the older archive was not loaded, and there is nothing to look for.
        guard !owners.withLock(\.isEmpty) else { return findings.withLock(\.self) }
        var repositories: [Repository] = []
        var known: Set<Repository> = []
        for location in locations where known.insert(location.repository).inserted {
            repositories.append(location.repository)
        }
        let missing = locations.filter { !findings.withLock(\.self).has($0) }
        try await slidingWindow(over: missing, width: width) { [repositories] location in
            let owner = owners.withLock { $0[location.digest] }
            let others = repositories.filter { $0.domain == location.repository.domain && $0 != location.repository }
            for repository in (owner.map { [$0] } ?? []) + others {
                if try await look(for: location, in: repository) { return }
            }
        } deliver: { _, _ in
        }
        return findings.withLock(\.self)
    }
}

extension StepWork {
    /// Where the blobs are wanted that the archive leaves out.
    var omittedBlobs: [BlobLocation] {
        guard case .push(let push) = content else { return [] }
        return push.allBlobs.filter { $0.elsewhere != nil }.map(\.location)
    }
}
