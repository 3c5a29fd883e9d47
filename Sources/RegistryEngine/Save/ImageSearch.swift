import Engine
import ImageArchive
import OCI
import Registry

/// A name of the image list with the image that it resolves to.
struct ResolvedName: Sendable {
    let name: ImageName
    /// The normalized name. Two spellings of one name, such as `busybox` and `busybox:latest`, have the same reference.
    let reference: Reference
    var image: SavedImage
    /// The reason that no registry has the image, which is in the local store; `nil` if a registry has it.
    let refusal: String?
    /// The notices about the image.
    var notices: [Notice] = []
}

/// Resolves the names of an image list, each name once and several names at a time.
struct ImageSearch: Sendable {
    /// The number of names that are resolved at a time.
    let width: Int
    let counters: TransferCounters
    /// Resolves a name in its registry. An error is the reason that the name fails.
    let resolve: @Sendable (Reference) async throws -> SavedImage
    /// Searches the local store; returns `nil` if the store does not have the image.
    let findLocally: @Sendable (Reference, ImageName) async throws -> SavedImage?

    /// Resolves the names of all requests. A name whose registry is unreachable is retried once at the end.
    ///
    /// - Parameter outcomes: gets the outcomes of the names that fail.
    /// - Returns: the resolved names in the order of the list, without duplicates.
    /// - Throws: `CancellationError`.
    func run(_ requests: [PullRequest], outcomes: OrderedOutcomes) async throws -> [ResolvedName] {
        var seen: Set<ImageName> = []
        let names = requests.map(\.source).filter { seen.insert($0).inserted }
        var resolved: [ImageName: ResolvedName] = [:]
        var remaining = names
        counters.enter(.resolving, planned: Int64(names.count))
        defer { counters.enter(nil) }
        for isLast in [false, true] {
            let pass = remaining
            remaining = []
            try await slidingWindow(over: pass, width: width) { name in
                outcomes.begin(name)
                let retries = RetryCounter()
                let result = await RetryCounter.$current.withValue(retries) { await self.attempt(name, isLast: isLast) }
                outcomes.add(retries: retries.count, for: [name])
                return result
            } deliver: {
                try Task.checkCancellation()
                switch $1 {
                case .resolved(let name): resolved[pass[$0]] = name
                case .failed(let cause): outcomes.fail(pass[$0], cause)
                case .unreachable:
                    outcomes.add(retries: 1, for: [pass[$0]])
                    remaining.append(pass[$0])
                    return
                }
                counters.advance()
            }
        }
        return names.compactMap { resolved[$0] }
    }

    private enum Attempt: Sendable {
        case resolved(ResolvedName)
        case failed(cause: String)
        /// The registry is unreachable; the name is retried.
        case unreachable
    }

    private func attempt(_ name: ImageName, isLast: Bool) async -> Attempt {
        let reference: Reference
        do {
            reference = try name.reference
        } catch {
            return .failed(cause: "\(error)")
        }
        let refusal: any Error
        do {
            let image = try await resolve(reference)
            return .resolved(ResolvedName(name: name, reference: reference, image: image, refusal: nil))
        } catch {
            refusal = error
        }
        if (refusal as? RegistryError)?.code == .unreachable, !isLast { return .unreachable }
        do {
            if let image = try await findLocally(reference, name) {
                return .resolved(ResolvedName(name: name, reference: reference, image: image, refusal: "\(refusal)"))
            }
        } catch {
            return .failed(cause: "\(refusal); docker's local store has it, but: \(error)")
        }
        return .failed(cause: "\(refusal)")
    }
}
