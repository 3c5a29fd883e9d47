import HTTP
import ImageModel

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
    /// Whether a repository has a blob.
    package func hasBlob(_ digest: Digest, in repository: Repository) async throws -> Bool {
        try await head(of: digest, in: repository, .push(repository)) != nil
    }

    /// How many bytes a blob of a repository has.
    ///
    /// - Returns: `nil` where the repository lacks it, or does not tell.
    package func size(of digest: Digest, in repository: Repository) async throws -> Int64? {
        try await head(of: digest, in: repository, .pull(repository))?.headers["Content-Length"].flatMap(Int64.init)
    }

    func head(
        of digest: Digest,
        in repository: Repository,
        _ scope: TokenScope
    ) async throws -> HTTPResponseHead? {
        let subject = "the blob \(digest) of \(repository)"
        let response = try await send(
            RegistryRequest(.head, .path("\(repository.path)/blobs/\(digest)"), scopes: [scope]),
            to: repository.domain,
            asking: subject
        )
        switch response.head.status {
        case 200: return response.head
        // A registry that does not answer such questions gets the blob, which does no harm where it is there.
        case 404, 405: return nil
        default: throw await refusal(response, from: repository, asking: subject, isPush: scope.isPush)
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
                session = answer.flatMap { UploadSession($0.head, from: url) }
            }
            var push = BlobPush(blob, from: source, to: repository, by: self, session: session, asking: subject)
            let response = try await push.run()
            guard [200, 201, 202, 204].contains(response.head.status) else {
                throw await refusal(response, from: repository, asking: subject, isPush: true)
            }
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
            let response = try await settings.run(asking: repository.domain) {
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
        let sink = AnswerSink(limit: Self.errorLimit)
        let (head, url) = try await perform(
            RegistryRequest(.post, .path(path), scopes: scopes),
            to: repository.domain,
            into: sink
        )
        return (HTTPResponse(head: head, body: sink.body), url)
    }
}
