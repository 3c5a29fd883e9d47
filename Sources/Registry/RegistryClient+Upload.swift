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

    private func head(
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
        default: throw await refusal(response, from: repository, asking: subject)
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
        let body = BlobUpload(blob, from: source)
        do {
            var session: String?
            if let sibling {
                let answer = try await mount(blob.digest, from: sibling, in: repository)
                if answer?.head.status == 201 { return .mounted(from: sibling) }
                // A registry that does not mount has begun an upload instead; one that refuses is asked for an upload.
                session = answer.flatMap(Self.session)
            }
            let response = try await settings.patience.run {
                // An upload that broke is not continued: each try has one of its own.
                if let begun = session.take() { return try await send(body, as: blob, to: begun, of: repository) }
                let answer = try await open(repository)
                guard let begun = Self.session(in: answer) else {
                    // A success that leads nowhere is none: a login page in front of the registry, for instance.
                    guard answer.head.status >= 400 else {
                        throw RegistryError(
                            .refused,
                            "\(subject): \(repository.domain) answered \(answer.head.status), but began no upload"
                        )
                    }
                    return answer
                }
                return try await send(body, as: blob, to: begun, of: repository)
            }
            guard [200, 201, 202, 204].contains(response.head.status) else {
                throw await refusal(response, from: repository, asking: subject)
            }
            return .uploaded
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// Asks for a mount.
    ///
    /// - Returns: `nil` where the token server gives no token for both repositories, as where nobody may read the other one.
    private func mount(
        _ digest: Digest,
        from sibling: Repository,
        in repository: Repository
    ) async throws -> HTTPResponse? {
        do {
            return try await settings.patience.run { try await open(repository, mounting: digest, from: sibling) }
        } catch let error as RegistryError where [.unauthorized, .denied, .notFound, .refused].contains(error.code) {
            return nil
        }
    }

    /// Asks for an upload, or for a mount that makes it unnecessary (distribution-spec, "Pushing blobs").
    ///
    /// - Returns: the answer, its `Location` made absolute.
    private func open(
        _ repository: Repository,
        mounting digest: Digest? = nil,
        from sibling: Repository? = nil
    ) async throws -> HTTPResponse {
        var path = "\(repository.path)/blobs/uploads/"
        var scopes: Set<TokenScope> = [.push(repository)]
        if let digest, let sibling {
            path += "?mount=\(digest)&from=\(sibling.path)"
            scopes.insert(.pull(sibling))
        }
        let sink = AnswerSink(limit: Self.errorLimit)
        let (answered, url) = try await perform(
            RegistryRequest(.post, .path(path), scopes: scopes),
            to: repository.domain,
            into: sink
        )
        var head = answered
        head.headers["Location"] = head.headers["Location"].map { Location.resolve($0, relativeTo: url) }
        return HTTPResponse(head: head, body: sink.body)
    }

    /// Where the content goes, if the registry wants it.
    private static func session(in answer: HTTPResponse) -> String? {
        answer.head.status == 202 ? answer.head.headers["Location"] : nil
    }

    /// How long a registry may take to store a blob that it has received: some copy it from one storage to another.
    private static let commitSeconds = 600

    /// Sends the whole content at once: what every registry takes.
    private func send(
        _ body: BlobUpload,
        as blob: Descriptor,
        to session: String,
        of repository: Repository
    ) async throws -> HTTPResponse {
        let sink = AnswerSink(limit: Self.errorLimit)
        let head = try await perform(
            RegistryRequest(
                .put,
                .url(Location.adding("digest", blob.digest.description, to: session)),
                headers: HTTPHeaders([("Content-Type", "application/octet-stream")]),
                body: .stream(body),
                scopes: [.push(repository)],
                stallSeconds: Self.commitSeconds
            ),
            to: repository.domain,
            into: sink
        )
        .head
        // When the answer to the last byte was lost and the request sent again, the upload is done and gone.
        guard head.status != 404 else {
            throw HTTPError(.interrupted, "\(repository.domain) no longer knows of the upload")
        }
        return HTTPResponse(head: head, body: sink.body)
    }
}
