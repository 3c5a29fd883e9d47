import HTTP
import OCI
import SystemIO

extension RegistryClient {
    /// Fetches a blob, verified by size and digest while it arrives.
    ///
    /// A transfer that breaks is continued where it broke; what has another digest is fetched once more. The destination may have
    /// taken bytes when this fails.
    ///
    /// - Parameters:
    ///   - prefix: what the destination has already.
    ///   - isRetried: whether there is more than one try.
    /// - Throws: ``RegistryError``, or what the destination throws.
    package func download(
        _ blob: Descriptor,
        from repository: Repository,
        to destination: any ByteSink,
        after prefix: BlobPrefix? = nil,
        isRetried: Bool = true
    ) async throws {
        try await download(
            blob,
            called: "the blob \(blob.digest) of \(repository)",
            host: repository.domain,
            repository,
            to: destination,
            after: prefix,
            isRetried: isRetried
        ) { headers, mirrorsPassed, sink in
            var request = RegistryRequest(
                .get,
                .path("\(repository.path)/blobs/\(blob.digest)"),
                headers: headers,
                scopes: [.pull(repository)]
            )
            request.mirrorsPassed = mirrorsPassed
            return try await perform(request, to: repository.domain, into: sink).head
        }
    }

    /// Fetches a foreign layer from one of the URLs that its publisher gives, verified as any blob.
    ///
    /// No login is sent there. Without TLS it is fetched only where the URL itself says so.
    ///
    /// - Throws: ``RegistryError``, or what the destination throws.
    package func download(
        _ blob: Descriptor,
        fromURL url: String,
        to destination: any ByteSink,
        after prefix: BlobPrefix? = nil
    ) async throws {
        try await download(
            blob,
            called: "the foreign layer \(blob.digest)",
            host: RedactedURL.text(Location.origin(of: url)),
            to: destination,
            after: prefix
        ) { headers, _, sink in try await fetch(url, headers: headers, into: sink) }
    }

    /// Fetches a blob, with as many requests as that takes.
    ///
    /// - Parameters:
    ///   - repository: where the blob is; `nil` where it is in none.
    ///   - request: makes a request with these headers, past so many of the mirrors.
    private func download(
        _ blob: Descriptor,
        called subject: String,
        host: String,
        _ repository: Repository? = nil,
        to destination: any ByteSink,
        after prefix: BlobPrefix?,
        isRetried: Bool = true,
        _ request: (HTTPHeaders, _ mirrorsPassed: Int, any HTTPResponseSink) async throws -> HTTPResponseHead
    ) async throws {
        let download = BlobDownload(blob, to: destination, after: prefix)
        // A byte may have been spoilt on the way, and a range may have had other bytes: once more is enough to know. Then every
        // mirror may have the wrong bytes, and the registry the right ones.
        var restartsLeft = 1 + (repository?.domain == Reference.hub ? settings.mirrors.count : 0)
        var mirrorsPassed = 0
        var isSpoilt = false
        let tries = settings.tries(.download, to: host, isRetried: isRetried)
        while true {
            let before = download.received
            let wait: Duration?
            let cause: RegistryEvent.Cause
            let failure: RegistryError
            do {
                try await tries.begin()
            } catch let error as HTTPError {
                throw RegistryError(error, asking: subject)
            }
            do {
                // A proxy that compresses on the way would break the digest.
                var headers = HTTPHeaders([("Accept-Encoding", "identity")])
                headers["Range"] = download.range
                let head = try await request(headers, mirrorsPassed, download)
                switch try download.verdict() {
                case .whole:
                    tries.progress()
                    return
                case .tooShort:
                    throw HTTPError(
                        .interrupted,
                        "\(host) sent \(download.received) of \(blob.size) bytes"
                    )
                case .refused:
                    let response = HTTPResponse(head: head, body: download.errorBody)
                    cause = .status(head.status)
                    wait = tries.wait(after: response)
                    failure =
                        if let repository { await refusal(response, from: repository, asking: subject) } else {
                            RegistryError(response, from: host, asking: subject)
                        }
                }
            } catch let spoilt as BlobDownload.Spoilt {
                guard restartsLeft > 0, destination.canRestart else {
                    throw RegistryError(.damaged, "\(subject) \(spoilt.problem); the registry's copy is damaged")
                }
                restartsLeft -= 1
                if isSpoilt { mirrorsPassed += 1 }
                isSpoilt = true
                settings.trace?(.retry(host: host, after: .zero, .failure("\(spoilt)")))
                RetryCounter.add()
                try download.restart()
                continue
            } catch let error as HTTPError {
                wait = tries.wait(after: error, bytes: download.received - before)
                cause = .failure(error.message)
                failure = RegistryError(error, asking: subject)
            }
            guard let wait else { throw failure }
            try await settings.pause(wait, before: host, cause)
        }
    }
}
