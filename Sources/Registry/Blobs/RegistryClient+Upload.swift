import HTTP
import OCI
import Synchronization

/// How a blob got into a repository.
package enum BlobPlacement: Hashable, Sendable {
    /// It was there.
    case existing
    /// It was mounted from another repository of the same registry.
    case mounted(from: Repository)
    /// It was sent.
    case uploaded
}

extension RegistryClient {
    /// Returns whether a repository has a blob.
    ///
    /// - Parameter size: the blob's size in bytes; `nil` if it is not known. A registry that reports another size lacks the blob.
    package func hasBlob(_ digest: Digest, size: Int64? = nil, in repository: Repository) async throws -> Bool {
        try await presence(of: digest, size: size, in: repository) == true
    }

    /// The same of a blob whose upload broke, as one step of that.
    func hasBlob(ofUpload blob: Descriptor, in repository: Repository) async throws -> Bool {
        try await presence(of: blob.digest, size: blob.size, in: repository, .uploadCheck) == true
    }

    /// Returns the size of a blob of a repository in bytes.
    ///
    /// - Returns: `nil` where the repository lacks it, or does not tell.
    package func size(of digest: Digest, in repository: Repository) async throws -> Int64? {
        let response = try await head(of: digest, in: repository, .pull(repository))
        guard response.head.status == 200 else { return nil }
        return response.head.headers["Content-Length"].flatMap(Int64.init)
    }

    /// Returns whether a repository has a blob; `nil` if the registry's answers do not show that.
    private func presence(
        of digest: Digest,
        size: Int64?,
        in repository: Repository,
        _ kind: HostRetryBudget.RequestKind = .blobCheck
    ) async throws -> Bool? {
        let response = try await head(of: digest, in: repository, .push(repository), kind)
        // A registry that does not answer such questions gets the blob, which does no harm where it is there.
        guard response.head.status == 200 else { return response.head.status == 404 ? false : nil }
        let length = response.head.headers["Content-Length"].flatMap(Int64.init) ?? 0
        if let size, length > 0 { return length == size }
        return await headsAreTrue(in: repository) ? true : nil
    }

    /// Asks a repository for the head of a blob once.
    ///
    /// - Returns: an answer of status 200, 404 or 405.
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

    /// Returns whether a registry says of a blob that nobody has that it lacks it. Something that answers every `HEAD` with 200, and tells
    /// no sizes, would have a push send nothing. A registry is asked once.
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

    /// Makes sure that a repository has a blob whose upload ended with a success other than 201.
    ///
    /// - Throws: ``RegistryError`` if it does not.
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
            let wait = settings.patience.wait(after: tries)
            try await settings.pause(wait, before: repository.domain, .failure("the blob is not there yet"))
            tries += 1
        }
    }

    /// Brings a blob into a repository that lacks it.
    ///
    /// - Parameters:
    ///   - blob: its digest is verified while it is sent.
    ///   - source: the content.
    ///   - repository: where it goes.
    ///   - sibling: a repository of the same registry that has the blob; it is mounted from there if the registry lets us.
    /// - Throws: ``RegistryError``, or what the source throws.
    package func upload(
        _ blob: Descriptor,
        from source: any BlobSource,
        to repository: Repository,
        mountingFrom sibling: Repository?
    ) async throws -> BlobPlacement {
        guard source.size == blob.size else {
            throw RegistryError(
                .damaged,
                "the blob \(blob.digest) has \(source.size) bytes, its manifest tells \(blob.size)"
            )
        }
        let subject = "the push of the blob \(blob.digest) to \(repository)"
        do {
            var session: UploadSession?
            if let sibling {
                let (answer, url) = try await askForMount(blob.digest, from: sibling, in: repository)
                if answer?.head.status == 201 { return .mounted(from: sibling) }
                // A registry that does not mount has begun an upload instead; one that refuses is asked for an upload.
                session = try answer.flatMap { try UploadSession($0.head, from: url, size: blob.size) }
            }
            var push = BlobPush(blob, from: source, to: repository, by: self, session: session, asking: subject)
            let response = try await push.run()
            guard (200..<300).contains(response.head.status) else {
                throw await refusal(response, from: repository, asking: subject, isPush: true)
            }
            // Only 201 says that the blob is stored.
            if response.head.status != 201 { try await confirm(blob, in: repository, response, subject) }
            return .uploaded
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// Mounts a blob from another repository of the same registry.
    ///
    /// - Returns: whether the repository has it now: some registries do not mount, or not for everyone.
    package func mount(_ digest: Digest, from sibling: Repository, in repository: Repository) async throws -> Bool {
        do {
            return try await askForMount(digest, from: sibling, in: repository).response?.head.status == 201
        } catch let error as HTTPError {
            throw RegistryError(error, asking: "the mount of the blob \(digest) in \(repository)")
        }
    }

    /// Asks for a mount.
    ///
    /// - Returns: the answer, and the URL that gave it; no answer where the token server gives no token for both repositories, as
    ///   where nobody may read the other one.
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

    /// Asks for an upload, or for a mount that makes it unnecessary (distribution-spec, "Pushing blobs").
    ///
    /// - Returns: the answer, and the URL that gave it.
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
        let sink = ResponseBuffer(limit: Self.errorLimit)
        let (head, url) = try await perform(
            RegistryRequest(.post, .path(path), scopes: scopes),
            to: repository.domain,
            into: sink
        )
        return (HTTPResponse(head: head, body: sink.body), url)
    }
}
