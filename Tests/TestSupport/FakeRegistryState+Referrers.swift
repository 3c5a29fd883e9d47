import FoundationEssentials

/// The referrers API (OCI distribution-spec 1.1, "Listing Referrers").
extension FakeRegistryState {
    /// Answers `GET /v2/NAME/referrers/DIGEST`; a page after the first is asked for by `?from=N`.
    func referrers(_ request: LoopbackRequest, _ name: String, _ subject: String) -> LoopbackResponse {
        guard let size = switches.referrersPerPage else {
            return LoopbackResponse(status: 404, text: "404 page not found\n")
        }
        let all = (repositories[name]?.manifests ?? [:]).values.filter { $0.subject == subject }
            .sorted { $0.digest < $1.digest }
        let start = request.query("from").first.flatMap { Int($0) } ?? 0
        let list = all.dropFirst(start).prefix(size)
            .map { #"{"mediaType":"\#($0.mediaType)","digest":"\#($0.digest)","size":\#($0.bytes.count)}"# }
            .joined(separator: ",")
        let type = "application/vnd.oci.image.index.v1+json"
        var headers: LoopbackHeaders = ["Content-Type": type]
        if start + size < all.count {
            headers["Link"] = #"</v2/\#(name)/referrers/\#(subject)?from=\#(start + size)>; rel="next""#
        }
        return LoopbackResponse(
            headers: headers,
            text: #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(list)]}"#
        )
    }
}

extension FakeManifest {
    private struct Fields: Decodable {
        struct Subject: Decodable { var digest: String }
        var subject: Subject?
    }

    /// The digest of the subject of the manifest, if it has one.
    var subject: String? { try? JSONDecoder().decode(Fields.self, from: Data(bytes)).subject?.digest }
}
