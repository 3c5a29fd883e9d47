import HTTP
import OCI

extension RegistryClient {
    /// Sends a request once. For reads from Docker Hub, the mirrors are tried first, in order; after any failure of a
    /// mirror the next one is tried, and finally the Hub itself, as in docker.
    ///
    /// - Returns: The head and its URL.
    func perform(
        _ request: RegistryRequest,
        to domain: String,
        into sink: @escaping HTTPResponseSink
    ) async throws -> (head: HTTPResponseHead, url: String) {
        for mirror in mirrors(for: request, of: domain) {
            do {
                let answer = try await perform(request, by: session(for: mirror), into: sink)
                if (200..<300).contains(answer.head.status) { return answer }
                settings.trace?(.passesOver(mirror: mirror.url, .status(answer.head.status)))
            } catch  where error is HTTPError || error is RegistryError || error is BlobDownload.Corruption {
                try Task.checkCancellation()
                settings.trace?(.passesOver(mirror: mirror.url, .failure("\(error)")))
            }
        }
        return try await perform(request, by: session(for: domain), into: sink)
    }

    /// Returns the mirrors for a request. Requests of a push skip the mirrors, because a mirror's content says nothing
    /// about the Hub's.
    private func mirrors(for request: RegistryRequest, of domain: String) -> ArraySlice<RegistryMirror> {
        let isPull = [.get, .head].contains(request.method) && !request.scopes.contains(where: \.isPush)
        guard domain == Reference.hub, isPull, case .path = request.target else { return [] }
        return settings.mirrors.dropFirst(request.mirrorsPassed)
    }

    /// Returns the value of `Authorization` for a host that a registry redirects to and that requires its own
    /// credentials, such as a registry that proxies another. The host receives only the credentials configured for it.
    ///
    /// - Parameters:
    ///   - url: The URL of the host's 401 response.
    ///   - fields: The response's `WWW-Authenticate` fields.
    /// - Returns: `nil` if the host requires nothing that is available, or is not a registry reachable at this URL.
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
