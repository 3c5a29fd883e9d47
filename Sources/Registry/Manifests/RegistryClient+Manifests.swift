import HTTP
import OCI

extension RegistryClient {
    /// Fetches a manifest.
    ///
    /// - Parameters:
    ///   - name: A tag or a digest. A digest is verified.
    ///   - repository: The repository.
    ///   - misannounced: Receives the digest that the registry announces for a tag if the content repeatedly has
    ///     another digest.
    /// - Throws: ``RegistryError``, `ManifestError`.
    package func manifest(
        _ name: ManifestName,
        in repository: Repository,
        misannounced: (Digest) -> Void = { _ in }
    ) async throws -> Manifest {
        var fetched = try await fetchManifest(name, in: repository)
        if !fetched.isAsExpected {
            // A byte may have been corrupted in transit.
            let first = fetched.digest
            RetryCounter.add()
            fetched = try await fetchManifest(name, in: repository)
            if !fetched.isAsExpected {
                // Corruption does not repeat itself: the tag resolves to this content, whatever the header says.
                guard case .tag = name, fetched.digest == first else { throw fetched.damage(name, in: repository) }
            }
        }
        let manifest = try Manifest(bytes: fetched.bytes, digest: fetched.digest, servedAs: fetched.servedAs)
        if let announced = fetched.expected, !fetched.isAsExpected { misannounced(announced) }
        return manifest
    }

    /// Fetches a manifest; returns `nil` if the repository does not have it.
    package func manifestIfThere(_ name: ManifestName, in repository: Repository) async throws -> Manifest? {
        do {
            return try await manifest(name, in: repository)
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    /// Requests a manifest's head.
    ///
    /// - Parameters:
    ///   - scope: The scope of the token.
    ///   - isRetried: Whether failures are retried.
    func headManifest(
        _ name: ManifestName,
        in repository: Repository,
        _ scope: TokenScope,
        _ subject: String,
        isRetried: Bool = true
    ) async throws -> HTTPResponse {
        try await send(
            manifestRequest(.head, name, in: repository, scope),
            .manifest,
            to: repository.domain,
            asking: subject,
            isRetried: isRetried
        )
    }

    private func manifestRequest(
        _ method: HTTPMethod,
        _ name: ManifestName,
        in repository: Repository,
        _ scope: TokenScope
    ) -> RegistryRequest {
        let accept = MediaType.manifests.map(\.rawValue).joined(separator: ", ")
        return RegistryRequest(
            method,
            .path("\(repository.path)/manifests/\(name)"),
            headers: HTTPHeaders([("Accept", accept)]),
            scopes: [scope]
        )
    }

    /// A response with a manifest that is not decoded yet.
    struct FetchedManifest {
        let bytes: [UInt8]
        /// The digest of the bytes.
        let digest: Digest
        /// The requested or announced digest; `nil` for neither.
        fileprivate let expected: Digest?
        fileprivate let servedAs: MediaType?

        fileprivate var isAsExpected: Bool { expected == nil || expected == digest }

        fileprivate func damage(_ name: ManifestName, in repository: Repository) -> RegistryError {
            let problem = "the manifest \(name) of \(repository) has the digest \(digest)"
            return switch name {
            case .digest: RegistryError(.damaged, "\(problem); the registry's copy is damaged")
            case .tag:
                RegistryError(.damaged, "\(problem), and had another one before; neither is the one that was announced")
            }
        }
    }

    /// Fetches a manifest once.
    ///
    /// - Parameter scope: The scope of the token; `nil` for reading, which may use Docker Hub's mirrors.
    func fetchManifest(
        _ name: ManifestName,
        in repository: Repository,
        scope: TokenScope? = nil
    ) async throws -> FetchedManifest {
        let subject = "the manifest \(name) of \(repository)"
        let response = try await send(
            manifestRequest(.get, name, in: repository, scope ?? .pull(repository)),
            .manifest,
            to: repository.domain,
            asking: subject,
            limit: Manifest.sizeLimit + 1
        )
        guard response.head.status == 200 else {
            throw await refusal(response, from: repository, asking: subject)
        }
        // A response that was cut at the limit has another digest without being corrupt.
        guard response.body.count <= Manifest.sizeLimit else { throw ManifestError.tooLarge }
        let expected: Digest? =
            switch name {
            case .digest(let wanted): wanted
            case .tag:
                // Other algorithms are ignored: manifests are identified by SHA-256.
                response.head.headers["Docker-Content-Digest"].flatMap(Digest.init)
                    .flatMap { $0.algorithm == .sha256 ? $0 : nil }
            }
        let type = response.head.headers["Content-Type"].map { $0.prefix { $0 != ";" && $0 != " " } }
        return FetchedManifest(
            bytes: response.body,
            digest: ContentHash.digest(of: response.body, expected?.algorithm ?? .sha256),
            expected: expected,
            servedAs: type.map { MediaType(rawValue: String($0)) }
        )
    }

    /// Pushes a manifest, byte for byte.
    ///
    /// - Parameters:
    ///   - name: The tag or digest.
    ///   - repository: The repository, which must have the manifest's blobs or listed manifests.
    ///   - mayBeRefusedBy500: Whether status 500 is final, as distribution 2.8 rejects manifests with layer URLs. Other
    ///     failures are retried.
    /// - Throws: ``RegistryError``.
    @discardableResult
    package func put(
        _ manifest: Manifest,
        as name: ManifestName,
        in repository: Repository,
        mayBeRefusedBy500: Bool = false
    ) async throws -> ManifestPlacement {
        let finalStatuses: Set<Int> = mayBeRefusedBy500 ? [500] : []
        let subject = "the push of the manifest \(name) to \(repository)"
        let request = RegistryRequest(
            .put,
            .path("\(repository.path)/manifests/\(name)"),
            headers: HTTPHeaders([("Content-Type", manifest.mediaType.rawValue)]),
            body: .bytes(manifest.bytes),
            scopes: [.push(repository)]
        )
        func send() async throws -> HTTPResponse {
            try await self.send(
                request,
                .manifestPush,
                to: repository.domain,
                asking: subject,
                finalStatuses: finalStatuses
            )
        }
        var response = try await send()
        var tries = 1
        // Some registries know a blob only some time after its upload.
        while !mayBeRefusedBy500, tries < Self.triesOfBlobs, RegistryError.isOfUnknownBlob(response) {
            let wait = settings.retryPolicy.wait(after: tries)
            try await settings.pause(wait, before: repository.domain, .status(response.head.status))
            response = try await send()
            tries += 1
        }
        let status = response.head.status
        guard (200..<300).contains(status) else {
            // Tags may be immutable: the existing manifest may be this one.
            let existing = await existingDigest(of: name, in: repository, refusedWith: status)
            if existing == manifest.digest { return ManifestPlacement(noted: nil, wasThere: true) }
            throw await refusal(response, from: repository, asking: subject, isPush: true, over: existing)
        }
        if status != 201 { try await confirm(manifest, as: name, in: repository, status, subject) }
        return ManifestPlacement(noted: response.head.headers["OCI-Subject"].flatMap(Digest.init), wasThere: false)
    }

    /// Returns the digest of the manifest that has the tag, after the registry refused the push.
    ///
    /// - Returns: `nil` if there is none, if the registry does not report it, or if the status has another cause.
    private func existingDigest(
        of name: ManifestName,
        in repository: Repository,
        refusedWith status: Int
    ) async -> Digest? {
        guard case .tag = name, (400..<500).contains(status), ![401, 404, 413, 415].contains(status),
            !RetryPolicy.isPassing(status)
        else { return nil }
        return (try? await digest(of: name, in: repository)) ?? nil
    }

    /// Verifies a manifest that was accepted with a success other than 201; only 201 confirms that it is stored.
    ///
    /// - Throws: ``RegistryError`` if the manifest is missing. A registry that does not answer passes.
    private func confirm(
        _ manifest: Manifest,
        as name: ManifestName,
        in repository: Repository,
        _ status: Int,
        _ subject: String
    ) async throws {
        let found: Digest?
        do {
            found = try await confirm(manifest.digest, as: name, in: repository)
        } catch is RegistryError {
            return
        }
        guard found != manifest.digest else { return }
        throw RegistryError(
            .refused,
            "\(repository.domain) answered \(status) to \(subject), but"
                + " \(found.map { "has \($0) there" } ?? "does not have it"); check its log and that of any proxy",
            status: status
        )
    }
}

/// The result of a manifest push.
package struct ManifestPlacement: Sendable {
    /// The digest of the manifest's subject, if the registry has recorded it; the registry then supports the referrers
    /// API.
    package let noted: Digest?
    /// Whether the name resolved to the manifest already, and the registry refused the push.
    package let wasThere: Bool
}

extension RegistryClient {
    /// The number of attempts to push a manifest whose blobs the registry does not know yet.
    private static let triesOfBlobs = 4
}

/// A tag or digest of a manifest.
package enum ManifestName: Hashable, Sendable, CustomStringConvertible {
    case tag(String)
    case digest(Digest)

    /// The name in a reference: its digest, else its tag, else `latest`.
    package init(_ reference: Reference) {
        self = reference.digest.map { .digest($0) } ?? .tag(reference.tag ?? "latest")
    }

    /// The name in a URL.
    package var description: String {
        switch self {
        case .tag(let tag): tag
        case .digest(let digest): digest.description
        }
    }
}
