import Engine
import OCI
import Registry
import Synchronization

/// Verifies pushed manifests with a second request to the registry.
final class PushVerifier: Sendable {
    private let client: RegistryClient
    /// The digests that this run has pushed under each name.
    private let pushed = Mutex<[Reference: Set<Digest>]>([:])

    init(client: RegistryClient) {
        self.client = client
    }

    /// Returns the verified outcome of a step: a failure if the registry resolves the name to another digest. A registry that refuses the
    /// request, for instance to a user who may only push, is no failure, because it has accepted the manifest.
    ///
    /// - Parameters:
    ///   - digest: the digest that was pushed as `target`.
    ///   - outcome: the successful outcome of the step.
    func verify(_ digest: Digest, at target: Reference, _ outcome: LoadOutcome) async -> LoadOutcome {
        pushed.withLock { _ = $0[target, default: []].insert(digest) }
        let name = ManifestName(target)
        do {
            let found = try await client.confirm(digest, as: name, in: target.repository)
            if found == digest { return outcome.confirmed(true) }
            guard let found else {
                return outcome.refuted("the registry took the manifest \(digest), but does not have \(target.familiar)")
            }
            // Another entry of the list may have the same name.
            guard pushed.withLock({ $0[target]?.contains(found) != true }) else { return outcome.confirmed(false) }
            return outcome.refuted(
                "the registry took the manifest \(digest), but \(target.familiar) resolves to \(found) there"
            )
        } catch {
            var notices = outcome.notices
            notices.append(
                Notice(.unconfirmed, "\(outcome.step.target): pushed, but the registry does not confirm it: \(error)")
            )
            return LoadOutcome(outcome.step, outcome.product, notices: notices).confirmed(false)
        }
    }
}

extension LoadOutcome {
    fileprivate func confirmed(_ isConfirmed: Bool) -> LoadOutcome {
        var outcome = self
        outcome.isConfirmed = isConfirmed
        return outcome
    }

    fileprivate func refuted(_ cause: String) -> LoadOutcome {
        LoadOutcome(step, product, notices: notices, cause: cause).confirmed(false)
    }
}
