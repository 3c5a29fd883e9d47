/// Where the images of an archive go: one implementation runs docker, another talks to registries.
public protocol LoadEngine: ChartEngine {
    /// Reads the archive, and prints a line for each image in it.
    ///
    /// - Returns: why that failed, where the run goes on all the same: docker may have the images already.
    /// - Throws: what ends the run.
    func load() async throws -> String?

    /// Does the steps; what they print comes in their order.
    ///
    /// - Parameter observer: told of each step before and after what it prints.
    /// - Throws: only what ends the run, such as cancellation; a step that fails is told.
    func perform(_ steps: [LoadStep], observer: any LoadObserver) async throws
}

/// One thing that a load script does with the target registry.
public enum LoadStep: Sendable, Hashable {
    /// `docker tag SOURCE TARGET` and `docker push TARGET`.
    case push(source: String, target: String)
    /// `docker manifest create TARGET MEMBER… --amend` and `docker manifest push TARGET --purge`.
    case manifestList(target: String, members: [String])

    /// The name that the step makes in the registry.
    public var target: String {
        switch self {
        case .push(_, let target), .manifestList(let target, _): target
        }
    }
}

/// Who is told of the steps.
public protocol LoadObserver: Sendable {
    /// The step at this position begins to print.
    func willPerform(_ index: Int)
    /// The step at this position has ended; `cause` is why it failed, `nil` where it did not.
    func didPerform(_ index: Int, cause: String?)
}
