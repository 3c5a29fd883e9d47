import FoundationEssentials
import HTTP
import OCI

extension RegistryClient {
    /// Lists the referrers of a manifest (distribution-spec 1.1, "Listing Referrers"), page by page.
    ///
    /// - Parameters:
    ///   - subject: The manifest's digest; the repository need not contain it.
    ///   - limit: The number of referrers after which no more pages are requested.
    /// - Returns: `nil` if the registry does not support the API.
    /// - Throws: ``RegistryError``.
    package func referrers(
        of subject: Digest,
        in repository: Repository,
        limit: Int
    ) async throws -> [Descriptor]? {
        let question = "the referrers of \(subject) in \(repository)"
        let path = "\(repository.path)/referrers/\(subject)"
        var referrers: [Descriptor] = []
        var next: String? = path
        var pages = 0
        while let page = next, referrers.count < limit, pages < Self.pageLimit {
            let response = try await send(
                RegistryRequest(
                    .get,
                    .path(page),
                    headers: HTTPHeaders([("Accept", MediaType.ociIndex.rawValue)]),
                    scopes: [.pull(repository)]
                ),
                .manifest,
                to: repository.domain,
                asking: question,
                limit: Manifest.sizeLimit + 1
            )
            guard Self.isList(response.head) else {
                guard pages == 0, Self.indicatesNoAPI(response.head) else {
                    throw await refusal(response, from: repository, asking: question)
                }
                return nil
            }
            guard let list = try? StrictJSON.decode(ReferrersPage.self, from: response.body) else {
                throw RegistryError(.refused, "\(repository.domain) sent no list of referrers for \(question)")
            }
            referrers += list.manifests ?? []
            next = Self.nextPage(after: response.head, path: path)
            pages += 1
        }
        return referrers
    }

    /// More pages than any list has; pages may be empty.
    private static let pageLimit = 100

    private struct ReferrersPage: Decodable {
        var manifests: [Descriptor]?
    }

    private static func isList(_ head: HTTPResponseHead) -> Bool {
        head.status == 200 && head.headers["Content-Type"]?.hasPrefix(MediaType.ociIndex.rawValue) == true
    }

    /// Whether a response other than a list comes from a registry without the API: 404, some other statuses, or an HTML
    /// page. Credentials are checked by the request for the fallback tag.
    private static func indicatesNoAPI(_ head: HTTPResponseHead) -> Bool {
        (200..<300).contains(head.status) || head.status == 501
            || (400..<500).contains(head.status) && head.status != 429
    }

    /// Returns the next page (RFC 8288) as a path below `/v2/` of the same registry.
    static func nextPage(after head: HTTPResponseHead, path: String) -> String? {
        for link in head.headers.values("Link") {
            guard let start = link.firstIndex(of: "<"), let end = link[start...].firstIndex(of: ">"),
                link[end...].contains("next")
            else { continue }
            let target = link[link.index(after: start)..<end]
            if target.hasPrefix("?") { return path + target }
            return target.firstRange(of: "/v2/").map { String(target[$0.upperBound...]) }
        }
        return nil
    }
}
