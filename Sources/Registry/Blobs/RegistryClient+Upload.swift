import HTTP
import OCI
import Synchronization

/// The way in which a blob got into a repository.
package enum BlobPlacement: Hashable, Sendable {
    /// The blob existed.
    case existing
    /// The blob was mounted from another repository of the registry.
    case mounted(from: Repository)
    /// The blob was uploaded.
    case uploaded
}

extension RegistryClient {
    /// Returns whether a repository has a blob.
    ///
    /// - Parameter size: The blob's size; `nil` if unknown. A blob of another size counts as missing.
    package func hasBlob(_ digest: Digest, size: Int64? = nil, in repository: Repository) async throws -> Bool {
        try await presence(of: digest, size: size, in: repository) == true
    }

    /// Returns whether a repository has a blob after its upload broke.
    func hasBlob(ofUpload blob: Descriptor, in repository: Repository) async throws -> Bool {
        try await presence(of: blob.digest, size: blob.size, in: repository, .uploadCheck) == true
    }

    /// Returns the size of a blob in a repository.
    ///
    /// - Returns: `nil` if the repository lacks the blob or does not report the size.
    package func size(of digest: Digest, in repository: Repository) async throws -> Int64? {
        let response = try await head(of: digest, in: repository, .pull(repository))
        guard response.head.status == 200 else { return nil }
        return response.head.headers["Content-Length"].flatMap(Int64.init)
    }

    /// Returns whether a repository has a blob; `nil` if the registry's response is inconclusive.
    private func presence(
        of digest: Digest,
        size: Int64?,
        in repository: Repository,
        _ kind: HostRetryBudget.RequestKind = .blobCheck
    ) async throws -> Bool? {
        let response = try await head(of: digest, in: repository, .push(repository), kind)
        // Without a conclusive response, the blob is uploaded, which does no harm if it exists.
        guard response.head.status == 200 else { return response.head.status == 404 ? false : nil }
        let length = response.head.headers["Content-Length"].flatMap(Int64.init) ?? 0
        if let size, length > 0 { return length == size }
        return await headsAreTrue(in: repository) ? true : nil
    }

    /// Requests the head of a blob.
    ///
    /// - Returns: A response with status 200, 404 or 405.
    private func head(
        of digest: Digest,
        in repository: Repository,
        _ scope: TokenScope,
        _ kind: HostRetryBudget.RequestKind = .blobCheck
    ) async throws -> HTTPResponse {
        let subject = "the blob \(digest) of \(repository)"
        let response = try await send(
            RegistryRequest(.head, .path("\(repository.path)/blobs/\(digest)"), scopes: [scope]),
            kind,
            to: repository.domain,
            asking: subject
        )
        guard [200, 404, 405].contains(response.head.status) else {
            throw await refusal(response, from: repository, asking: subject, isPush: scope.isPush)
        }
        return response
    }

    /// Returns whether a registry reports a nonexistent blob as missing. If something answers every `HEAD` with 200 and
    /// no size, a push would send nothing. Each registry is probed once.
    private func headsAreTrue(in repository: Repository) async -> Bool {
        let probe = probes.withLock { probes in
            if let known = probes[repository.domain] { return known }
            let task = SharedTask {
                let digest = Digest(.sha256, bytes: (0..<32).map { _ in UInt8.random(in: 0...255) })
                return try await self.head(of: digest, in: repository, .push(repository)).head.status != 200
            }
            probes[repository.domain] = task
            return task
        }
        return (try? await probe.value) ?? true
    }

    /// Verifies that a repository has a blob whose upload ended with a success other than 201.
    ///
    /// - Throws: ``RegistryError`` if the blob is missing.
    private func confirm(
        _ blob: Descriptor,
        in repository: Repository,
        _ response: HTTPResponse,
        _ subject: String
    ) async throws {
        var tries = 1
        while try await presence(of: blob.digest, size: blob.size, in: repository) == false {
            guard tries < Self.triesOfConfirmation else {
                let status = response.head.status
                throw RegistryError(
                    .refused,
                    "\(repository.domain) answered \(status) to \(subject), but does not have the blob; check its log and"
                        + " that of any proxy",
                    status: status
                )
            }
            let wait = settings.retryPolicy.wait(after: tries)
            try await settings.pause(wait, before: repository.domain, .failure("the blob is not there yet"))
            tries += 1
        }
    }

    /// Adds a blob to a repository that lacks it.
    ///
    /// - Parameters:
    ///   - blob: The blob; its digest is verified during the upload.
    ///   - source: The content.
    ///   - repository: The target repository.
    ///   - sibling: A repository of the same registry with the blob, to mount it from if allowed.
    /// - Throws: ``RegistryError``, or the source's error.
    package func upload(
        _ blob: Descriptor,
        from source: any BlobSource,
        to repository: Repository,
        mountingFrom sibling: Repository?
    ) async throws -> BlobPlacement {
        guard source.size == blob.size else {
            throw RegistryError(
                .damaged,
                "the blob \(blob.digest) has \(source.size) bytes, its manifest says \(blob.size)"
            )
        }
        let subject = "the push of the blob \(blob.digest) to \(repository)"
        do {
            var session: UploadSession?
            if let sibling {
                let (answer, url) = try await askForMount(blob.digest, from: sibling, in: repository)
                if answer?.head.status == 201 { return .mounted(from: sibling) }
                // A registry that does not mount has started an upload instead; after a refusal, one is requested.
                session = try answer.flatMap { try UploadSession($0.head, from: url, size: blob.size) }
            }
            var push = BlobPush(blob, from: source, to: repository, by: self, session: session, asking: subject)
            let response = try await push.run()
            guard (200..<300).contains(response.head.status) else {
                throw await refusal(response, from: repository, asking: subject, isPush: true)
            }
            // Only 201 confirms that the blob is stored.
            if response.head.status != 201 { try await confirm(blob, in: repository, response, subject) }
            return .uploaded
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// Mounts a blob from another repository of the same registry.
    ///
    /// - Returns: Whether the blob was mounted: some registries do not support it, or not for every user.
    package func mount(_ digest: Digest, from sibling: Repository, in repository: Repository) async throws -> Bool {
        do {
            return try await askForMount(digest, from: sibling, in: repository).response?.head.status == 201
        } catch let error as HTTPError {
            throw RegistryError(error, asking: "the mount of the blob \(digest) in \(repository)")
        }
    }

    /// Requests a mount.
    ///
    /// - Returns: The response and its URL; no response if the token server grants no access to both repositories.
    private func askForMount(
        _ digest: Digest,
        from sibling: Repository,
        in repository: Repository
    ) async throws -> (response: HTTPResponse?, url: String) {
        var url = ""
        do {
            let response = try await settings.run(.mount, to: repository.domain) {
                let answer = try await open(repository, mounting: digest, from: sibling)
                url = answer.url
                return answer.response
            }
            return (response, url)
        } catch let error as RegistryError where [.unauthorized, .denied, .notFound, .refused].contains(error.code) {
            return (nil, url)
        }
    }

    /// Requests an upload, or a mount that makes the upload unnecessary (distribution-spec, "Pushing blobs").
    ///
    /// - Returns: The response and its URL.
    func open(
        _ repository: Repository,
        mounting digest: Digest? = nil,
        from sibling: Repository? = nil
    ) async throws -> (response: HTTPResponse, url: String) {
        var path = "\(repository.path)/blobs/uploads/"
        var scopes: Set<TokenScope> = [.push(repository)]
        if let digest, let sibling {
            path += "?mount=\(digest)&from=\(sibling.path)"
            scopes.insert(.pull(sibling))
        }
        return try await collect(RegistryRequest(.post, .path(path), scopes: scopes), to: repository.domain)
    }
}
