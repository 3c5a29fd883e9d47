import FoundationEssentials
import OCI

/// Pulling and pushing of manifests (OCI distribution-spec, "Pulling manifests" and "Pushing Manifests").
extension FakeRegistryState {
    mutating func addManifest(_ bytes: [UInt8], mediaType: String, to name: String, tag: String?) -> Digest {
        let digest = ContentHash.digest(of: bytes)
        let manifest = FakeManifest(bytes: bytes, mediaType: mediaType, digest: digest.description)
        repositories[name, default: Repository()].manifests[digest.description] = manifest
        if let tag { repositories[name, default: Repository()].tags[tag] = digest.description }
        return digest
    }

    mutating func manifest(_ request: LoopbackRequest, _ name: String, _ reference: String) -> LoopbackResponse {
        switch request.method {
        case "GET", "HEAD": fetchManifest(request, name, reference)
        case "PUT": putManifest(request, name, reference)
        default: .registryError(405, "UNSUPPORTED")
        }
    }

    private func fetchManifest(_ request: LoopbackRequest, _ name: String, _ reference: String) -> LoopbackResponse {
        // Distribution answers the same if the client does not accept the media type of the manifest.
        guard let manifest = repositories[name]?.manifest(reference), Self.accepts(manifest.mediaType, request) else {
            return .registryError(404, "MANIFEST_UNKNOWN", detail: #"{"Tag":"\#(reference)"}"#)
        }
        let type = (name: "Content-Type", value: manifest.mediaType)
        return LoopbackResponse(
            headers: LoopbackHeaders([type] + digestHeader(manifest.digest)),
            body: manifest.bytes
        )
    }

    private mutating func putManifest(
        _ request: LoopbackRequest,
        _ name: String,
        _ reference: String
    ) -> LoopbackResponse {
        guard let type = request.headers["Content-Type"],
            let parts = try? JSONDecoder().decode(Parts.self, from: Data(request.body)),
            parts.mediaType == nil || parts.mediaType == type
        else { return .registryError(400, "MANIFEST_INVALID") }
        if let (status, code) = switches.refusalOfOCI, type.contains("vnd.oci.") { return .registryError(status, code) }

        let repository = repositories[name] ?? Repository()
        let missing =
            parts.blobs.filter { !repository.blobs.contains($0) }
            + parts.children.filter { repository.manifests[$0] == nil }
        if let first = missing.first {
            return .registryError(400, "MANIFEST_BLOB_UNKNOWN", detail: #""\#(first)""#)
        }

        let digest = ContentHash.digest(of: request.body).description
        let isDigest = reference.contains(":")
        guard !isDigest || reference == digest else { return .registryError(400, "DIGEST_INVALID") }
        _ = addManifest(request.body, mediaType: type, to: name, tag: isDigest ? nil : reference)
        let location = (name: "Location", value: "/v2/\(name)/manifests/\(digest)")
        let subject = switches.referrersPerPage == nil ? nil : repositories[name]?.manifests[digest]?.subject
        let noted = subject.map { [(name: "OCI-Subject", value: $0)] } ?? []
        return LoopbackResponse(status: 201, headers: LoopbackHeaders([location] + digestHeader(digest) + noted))
    }

    private static func accepts(_ mediaType: String, _ request: LoopbackRequest) -> Bool {
        let accepted = request.headers.entries.filter { $0.name.lowercased() == "accept" }
            .flatMap { $0.value.split(separator: ",") }
            .map { type in String(type.prefix { $0 != ";" }.filter { $0 != " " }) }
        return accepted.isEmpty || accepted.contains("*/*") || accepted.contains(mediaType)
    }

    /// The descriptors in a manifest of any kind.
    private struct Parts: Decodable {
        struct Descriptor: Decodable {
            var digest: String
            var urls: [String]?
        }

        var mediaType: String?
        var config: Descriptor?
        var layers: [Descriptor]?
        var manifests: [Descriptor]?

        /// The blobs that the repository must have: all except foreign layers.
        var blobs: [String] {
            ([config].compactMap { $0 } + (layers ?? [])).filter { $0.urls?.isEmpty ?? true }.map(\.digest)
        }

        /// The manifests that the repository must have.
        var children: [String] { (manifests ?? []).map(\.digest) }
    }
}
