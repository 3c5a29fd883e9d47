import HTTP
import OCI

extension RegistryClient {
    /// Makes a request once, to whoever has the answer: for what is read from Docker Hub its mirrors come first, in their
    /// order. Whatever goes wrong with a mirror, the next one is asked, and at last the Hub itself, as docker does.
    ///
    /// - Returns: the head, and the URL that gave it.
    func perform(
        _ request: RegistryRequest,
        to domain: String,
        into sink: any HTTPResponseSink
    ) async throws -> (head: HTTPResponseHead, url: String) {
        for mirror in mirrors(for: request, of: domain) {
            do {
                let answer = try await perform(request, by: session(for: mirror), into: sink)
                if (200..<300).contains(answer.head.status) { return answer }
                settings.trace?(.passesOver(mirror: mirror.url, .status(answer.head.status)))
            } catch  where error is HTTPError || error is RegistryError || error is BlobDownload.Spoilt {
                try Task.checkCancellation()
                settings.trace?(.passesOver(mirror: mirror.url, .failure("\(error)")))
            }
        }
        return try await perform(request, by: session(for: domain), into: sink)
    }

    /// What a mirror has tells nothing of whether the Hub has it, so what belongs to a push is not asked there.
    private func mirrors(for request: RegistryRequest, of domain: String) -> ArraySlice<RegistryMirror> {
        let isPull = [.get, .head].contains(request.method) && !request.scopes.contains(where: \.isPush)
        guard domain == Reference.hub, isPull, case .path = request.target else { return [] }
        return settings.mirrors.dropFirst(request.mirrorsPassed)
    }

    /// The value of `Authorization` for a host that a registry has redirected to, and that wants a login of its own, as where
    /// one registry stands in front of another. It gets the login that is known for it, or none.
    ///
    /// - Parameters:
    ///   - url: where the host was asked.
    ///   - fields: its `WWW-Authenticate` fields.
    /// - Returns: `nil` where it wants nothing that we have, or is no registry that we may reach so.
    func foreignAuthorization(at url: String, _ fields: [String]) async throws -> String? {
        let challenges = AuthenticationChallenge.parse(fields)
        let origin = Location.origin(of: url)
        guard !challenges.isEmpty, let scheme = origin.firstRange(of: "://") else { return nil }
        let session = session(for: String(origin[scheme.upperBound...]))
        do {
            guard Location.origin(of: try await session.endpoint().url("")) == origin else { return nil }
            let scopes = challenges.map(TokenScope.asked).first { !$0.isEmpty } ?? []
            _ = try await session.renew(after: nil, scopes: scopes, challenges: fields, at: url)
            return try await session.authorization(for: scopes)
        } catch is HTTPError, is RegistryError {
            return nil
        }
    }
}
