import HTTP
import OCI

extension RegistryClient {
    /// Fetches a manifest.
    ///
    /// - Parameters:
    ///   - name: what follows the repository: a tag or a digest. A digest is verified.
    ///   - repository: where it is fetched from.
    ///   - misannounced: told the digest that the registry announces for a tag, where what it sends has another one, each time
    ///     the same.
    /// - Throws: ``RegistryError``, `ManifestError`.
    package func manifest(
        _ name: ManifestName,
        in repository: Repository,
        misannounced: (Digest) -> Void = { _ in }
    ) async throws -> Manifest {
        var fetched = try await fetchManifest(name, in: repository)
        if !fetched.isAsExpected {
            // A byte may have been spoilt on the way.
            let first = fetched.digest
            RetryCounter.add()
            fetched = try await fetchManifest(name, in: repository)
            if !fetched.isAsExpected {
                // Nothing spoils bytes in the same way twice: what a tag leads to is that, whatever the header says.
                guard case .tag = name, fetched.digest == first else { throw fetched.damage(name, in: repository) }
            }
        }
        let manifest = try Manifest(bytes: fetched.bytes, digest: fetched.digest, servedAs: fetched.servedAs)
        if let announced = fetched.expected, !fetched.isAsExpected { misannounced(announced) }
        return manifest
    }

    /// As ``manifest(_:in:misannounced:)``; `nil` where the repository has none of that name.
    package func manifestIfThere(_ name: ManifestName, in repository: Repository) async throws -> Manifest? {
        do {
            return try await manifest(name, in: repository)
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    /// Asks for a manifest's head once.
    ///
    /// - Parameters:
    ///   - scope: what the token must allow.
    ///   - isRetried: whether there is more than one try.
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

    /// An answer with a manifest, not read yet.
    struct FetchedManifest {
        let bytes: [UInt8]
        /// Of the bytes.
        let digest: Digest
        /// The digest that was asked for, else the one that was announced; `nil` where there was none.
        fileprivate let expected: Digest?
        fileprivate let servedAs: MediaType?

        fileprivate var isAsExpected: Bool { expected == nil || expected == digest }

        fileprivate func damage(_ name: ManifestName, in repository: Repository) -> RegistryError {
            let told = "the manifest \(name) of \(repository) has the digest \(digest)"
            return switch name {
            case .digest: RegistryError(.damaged, "\(told); the registry's copy is damaged")
            case .tag:
                RegistryError(.damaged, "\(told), and had another one before; neither is the one that was announced")
            }
        }
    }

    /// Fetches a manifest once.
    ///
    /// - Parameter scope: what the token must allow; `nil` for reading, which Docker Hub's mirrors do too.
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
        // What was cut at the limit has another digest, but nobody has damaged it.
        guard response.body.count <= Manifest.sizeLimit else { throw ManifestError.tooLarge }
        let expected: Digest? =
            switch name {
            case .digest(let wanted): wanted
            case .tag:
                // A digest of another kind is left alone: manifests are called by their SHA-256.
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

    /// Puts a manifest, to the byte.
    ///
    /// - Parameters:
    ///   - name: the tag or the digest that it gets.
    ///   - repository: where its blobs, or the manifests that it lists, already are.
    ///   - mayBeRefusedBy500: whether a 500 is the registry's final answer, as distribution 2.8 gives it to a manifest whose
    ///     layers have URLs. The other signs of a server in trouble are no answer, and the manifest is put again.
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
        // Some registries know of a blob only a while after its upload.
        while !mayBeRefusedBy500, tries < Self.triesOfBlobs, RegistryError.isOfUnknownBlob(response) {
            let wait = settings.patience.wait(after: tries)
            try await settings.pause(wait, before: repository.domain, .status(response.head.status))
            response = try await send()
            tries += 1
        }
        let status = response.head.status
        guard (200..<300).contains(status) else {
            // A rule may keep tags as they are: what is there may be this manifest.
            let existing = await existingDigest(of: name, in: repository, refusedWith: status)
            if existing == manifest.digest { return ManifestPlacement(noted: nil, wasThere: true) }
            throw await refusal(response, from: repository, asking: subject, isPush: true, over: existing)
        }
        if status != 201 { try await confirm(manifest, as: name, in: repository, status, subject) }
        return ManifestPlacement(noted: response.head.headers["OCI-Subject"].flatMap(Digest.init), wasThere: false)
    }

    /// The digest of the manifest that has a tag already, after the registry has refused to give it that tag.
    ///
    /// - Returns: `nil` if there is none, the registry does not tell, or the status is of another matter.
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

    /// Makes sure that a repository has a manifest that it took with a success other than 201, which alone says that it is stored.
    ///
    /// - Throws: ``RegistryError`` if it does not; a registry that does not tell has taken it.
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

/// The way a manifest got its name in a repository.
package struct ManifestPlacement: Sendable {
    /// The digest of what the manifest refers to, if the registry has noted that; it then has the referrers API.
    package let noted: Digest?
    /// Whether the name had the manifest already, and the registry refused to give it again.
    package let wasThere: Bool
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
