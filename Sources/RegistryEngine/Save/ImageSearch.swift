import Engine
import OCI
import Registry

/// Finds the images that the names of a list lead to, each name once and a few at a time.
struct ImageSearch<Image: Sendable>: Sendable {
    /// An image that a name has led to.
    struct Found: Sendable {
        let name: ImageName
        /// The name, normalised. Two spellings of one name, such as `busybox` and `busybox:latest`, have the same.
        let reference: Reference
        var image: Image
        /// Why no registry has given the image; `nil` where one has, else it is in the local store.
        let refusal: String?
        /// What the user should know of the image though it was found.
        var notices: [Notice] = []
    }

    /// How many names are looked up at a time.
    let width: Int
    let counters: TransferCounters
    /// Asks a registry; what it throws is why the name has failed.
    let resolve: @Sendable (Reference) async throws -> Image
    /// Looks in the local store; `nil` where the image is not there.
    let findLocally: @Sendable (Reference, ImageName) async throws -> Image?

    /// Looks up the names of all requests. A name whose registry could not be reached is looked up once more at the end.
    ///
    /// - Parameter outcomes: told of the names that have failed.
    /// - Returns: what was found, in the order of the list, each name once.
    /// - Throws: `CancellationError`.
    func run(_ requests: [PullRequest], outcomes: OrderedOutcomes) async throws -> [Found] {
        var seen: Set<ImageName> = []
        let names = requests.map(\.source).filter { seen.insert($0).inserted }
        var found: [ImageName: Found] = [:]
        var left = names
        counters.enter(.resolving, planned: Int64(names.count))
        defer { counters.enter(nil) }
        for isLast in [false, true] {
            let pass = left
            left = []
            try await slidingWindow(over: pass, width: width) { name in
                outcomes.begin(name)
                let tally = RetryCounter()
                let result = await RetryCounter.$current.withValue(tally) { await self.attempt(name, isLast: isLast) }
                outcomes.add(retries: tally.count, for: [name])
                return result
            } deliver: {
                try Task.checkCancellation()
                switch $1 {
                case .found(let image): found[pass[$0]] = image
                case .failed(let cause): outcomes.fail(pass[$0], cause)
                case .unreachable:
                    outcomes.add(retries: 1, for: [pass[$0]])
                    left.append(pass[$0])
                    return
                }
                counters.advance()
            }
        }
        return names.compactMap { found[$0] }
    }

    private enum Attempt: Sendable {
        case found(Found)
        case failed(cause: String)
        /// To be tried once more.
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
            return .found(Found(name: name, reference: reference, image: try await resolve(reference), refusal: nil))
        } catch {
            refusal = error
        }
        if (refusal as? RegistryError)?.code == .unreachable, !isLast { return .unreachable }
        do {
            if let image = try await findLocally(reference, name) {
                return .found(Found(name: name, reference: reference, image: image, refusal: "\(refusal)"))
            }
        } catch {
            return .failed(cause: "\(refusal); docker's local store has it, but: \(error)")
        }
        return .failed(cause: "\(refusal)")
    }
}
