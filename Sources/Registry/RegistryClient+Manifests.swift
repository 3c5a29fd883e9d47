import HTTP
import Hashing
import ImageModel

extension RegistryClient {
    /// Fetches a manifest.
    ///
    /// - Parameters:
    ///   - name: what follows the repository: a tag or a digest. A digest is verified.
    ///   - repository: where it is fetched from.
    /// - Throws: ``RegistryError``, `ManifestError`.
    package func manifest(
        _ name: ManifestName,
        in repository: Repository
    ) async throws -> Manifest {
        do {
            return try await fetchManifest(name, in: repository)
        } catch let error as RegistryError where error.code == .damaged {
            // A byte may have been spoilt on the way.
            return try await fetchManifest(name, in: repository)
        }
    }

    private func fetchManifest(_ name: ManifestName, in repository: Repository) async throws -> Manifest {
        let subject = "the manifest \(name) of \(repository)"
        let accept = MediaType.manifests.map(\.rawValue).joined(separator: ", ")
        let response = try await send(
            RegistryRequest(
                .get,
                .path("\(repository.path)/manifests/\(name)"),
                headers: HTTPHeaders([("Accept", accept)]),
                scopes: [.pull(repository)]
            ),
            to: repository.domain,
            asking: subject,
            limit: Manifest.sizeLimit + 1
        )
        guard response.head.status == 200 else {
            throw await refusal(response, from: repository, asking: subject)
        }
        // What was cut at the limit has another digest, but nobody has damaged it.
        guard response.body.count <= Manifest.sizeLimit else { throw ManifestError.tooLarge }
        let digest: Digest
        switch name {
        case .digest(let wanted):
            digest = ContentHash.digest(of: response.body, wanted.algorithm)
            guard digest == wanted else {
                throw RegistryError(.damaged, "\(subject) has the digest \(digest); the registry's copy is damaged")
            }
        case .tag:
            digest = ContentHash.digest(of: response.body)
            let told = response.head.headers["Docker-Content-Digest"].flatMap(Digest.init)
            if let told, told.algorithm == .sha256, told != digest {
                throw RegistryError(.damaged, "\(subject) has the digest \(digest), but \(told) was announced")
            }
        }
        let type = response.head.headers["Content-Type"].map { $0.prefix { $0 != ";" && $0 != " " } }
        return try Manifest(
            bytes: response.body,
            digest: digest,
            servedAs: type.map { MediaType(rawValue: String($0)) }
        )
    }

    /// Puts a manifest, to the byte.
    ///
    /// - Parameters:
    ///   - name: the tag or the digest that it gets.
    ///   - repository: where its blobs, or the manifests that it lists, already are.
    ///   - mayBeRefusedBy500: whether a 500 is the registry's final answer, as distribution 2.8 gives it to a manifest whose
    ///     layers have URLs. The other signs of a server in trouble are no answer, and the manifest is put again.
    package func put(
        _ manifest: Manifest,
        as name: ManifestName,
        in repository: Repository,
        mayBeRefusedBy500: Bool = false
    ) async throws {
        var patience = settings.patience
        if mayBeRefusedBy500 { patience.finalStatuses = [500] }
        let subject = "the push of the manifest \(name) to \(repository)"
        let request = RegistryRequest(
            .put,
            .path("\(repository.path)/manifests/\(name)"),
            headers: HTTPHeaders([("Content-Type", manifest.mediaType.rawValue)]),
            body: .bytes(manifest.bytes),
            scopes: [.push(repository)]
        )
        var response = try await send(request, to: repository.domain, asking: subject, patience: patience)
        var tries = 1
        // Some registries know of a blob only a while after its upload.
        while !mayBeRefusedBy500, tries < Self.triesOfBlobs, RegistryError.isOfUnknownBlob(response) {
            let wait = patience.wait(after: tries)
            try await settings.pause(wait, before: repository.domain, .status(response.head.status))
            response = try await send(request, to: repository.domain, asking: subject, patience: patience)
            tries += 1
        }
        guard [200, 201, 202].contains(response.head.status) else {
            throw await refusal(response, from: repository, asking: subject)
        }
    }
}

extension RegistryClient {
    /// How often a manifest is put whose blobs the registry does not know.
    private static let triesOfBlobs = 4
}

/// What a manifest is called in its repository.
package enum ManifestName: Hashable, Sendable, CustomStringConvertible {
    /// A tag.
    case tag(String)
    /// A digest.
    case digest(Digest)

    /// The name that a reference leads to: its digest, else its tag, else `latest`.
    package init(_ reference: Reference) {
        self = reference.digest.map { .digest($0) } ?? .tag(reference.tag ?? "latest")
    }

    /// As it stands in a URL.
    package var description: String {
        switch self {
        case .tag(let tag): tag
        case .digest(let digest): digest.description
        }
    }
}
