import ImageEngine
import ImageModel
import Synchronization

/// What the names of a list have led to.
final class PulledImages<Image: Sendable>: Sendable {
    private let images = Mutex<[String: (reference: Reference, image: Image)]>([:])

    /// Resolves the names, a few at a time; a name that occurs again is resolved once.
    ///
    /// - Parameters:
    ///   - width: how many at a time.
    ///   - observer: told of each name in the order of the list, as soon as those before it are told.
    ///   - resolve: what it throws is why the name has failed.
    ///   - find: looks for an image on this machine that could not be resolved; `nil` where it is not there.
    /// - Throws: `CancellationError`.
    func pull(
        _ names: [String],
        width: Int,
        observer: any PullObserver,
        resolve: @escaping @Sendable (Reference) async throws -> Image,
        orFind find: @escaping @Sendable (Reference, _ name: String) async throws -> Image?
    ) async throws {
        var positions: [String: Int] = [:]
        let distinct = names.filter { positions.updateValue(0, forKey: $0) == nil }
        for (position, name) in distinct.enumerated() { positions[name] = position }

        var outcomes: [PullOutcome] = []
        var told = 0
        try await slidingWindow(over: distinct, width: width) { name in
            await Self.attempt(name, resolve: resolve, orFind: find)
        } deliver: { index, attempt in
            try Task.checkCancellation()
            images.withLock { $0[distinct[index]] = attempt.found }
            outcomes.append(attempt.outcome)
            while told < names.count, let position = positions[names[told]], position < outcomes.count {
                observer.willPull(names[told])
                observer.didPull(names[told], outcomes[position])
                told += 1
            }
        }
    }

    /// The images that the names have led to, in their order; two spellings of one name, such as `busybox` and
    /// `busybox:latest`, are one image.
    func distinct(_ names: [String]) -> [Image] {
        images.withLock { images in
            var seen: Set<Reference> = []
            return names.compactMap { images[$0] }.filter { seen.insert($0.reference).inserted }.map(\.image)
        }
    }

    private typealias Attempt = (found: (reference: Reference, image: Image)?, outcome: PullOutcome)

    private static func attempt(
        _ name: String,
        resolve: (Reference) async throws -> Image,
        orFind find: (Reference, String) async throws -> Image?
    ) async -> Attempt {
        var cause = ""
        do {
            let reference = try Reference(name).withDefaultTag
            do {
                return ((reference, try await resolve(reference)), .pulled)
            } catch {
                cause = "\(error)"
                guard let image = try await find(reference, name) else { return (nil, .failed(cause: cause)) }
                return ((reference, image), .foundLocally(cause: cause))
            }
        } catch {
            return (
                nil, .failed(cause: cause.isEmpty ? "\(error)" : "\(cause); docker's local store has it, but: \(error)")
            )
        }
    }
}
