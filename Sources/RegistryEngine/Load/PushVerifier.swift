import Engine
import OCI
import Registry
import Synchronization

/// Asks the registry once more for what was pushed, so that an outcome tells what arrived.
final class PushVerifier: Sendable {
    private let client: RegistryClient
    private let given = Mutex<[Reference: Set<Digest>]>([:])

    init(client: RegistryClient) {
        self.client = client
    }

    /// The outcome of a step, a failure where its name leads to something else. A registry that does not tell, to a user who may only
    /// push for instance, is no failure: it has taken the manifest.
    ///
    /// - Parameters:
    ///   - digest: what the name got.
    ///   - outcome: of the step, a success.
    func of(_ digest: Digest, at target: Reference, _ outcome: LoadOutcome) async -> LoadOutcome {
        given.withLock { _ = $0[target, default: []].insert(digest) }
        let name = ManifestName(target)
        do {
            let found = try await client.confirm(digest, as: name, in: target.repository)
            if found == digest { return outcome.confirmed(true) }
            guard let found else {
                return outcome.refuted("the registry took the manifest \(digest), but does not have \(target.familiar)")
            }
            // Another line of the list may have the same name.
            guard given.withLock({ $0[target]?.contains(found) != true }) else { return outcome.confirmed(false) }
            return outcome.refuted(
                "the registry took the manifest \(digest), but \(target.familiar) leads to \(found) there"
            )
        } catch {
            var notices = outcome.notices
            notices.append(
                Notice(.unconfirmed, "\(outcome.step.target): pushed, but the registry does not tell that: \(error)")
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
