import HTTP
import OCI
import SystemIO

extension RegistryClient {
    /// Downloads a blob, verifying size and digest.
    ///
    /// An interrupted transfer resumes; a blob with a wrong digest is downloaded once more. The destination may contain
    /// bytes when the download fails.
    ///
    /// - Parameters:
    ///   - prefix: The bytes that the destination has already.
    ///   - isRetried: Whether failures are retried.
    /// - Throws: ``RegistryError``, or the destination's error.
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

    /// Downloads a foreign layer from one of its publisher's URLs, verifying size and digest.
    ///
    /// No credentials are sent. Plain HTTP is used only if the URL itself does.
    ///
    /// - Throws: ``RegistryError``, or the destination's error.
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

    /// Downloads a blob with as many requests as necessary.
    ///
    /// - Parameters:
    ///   - repository: The blob's repository; `nil` for a foreign layer.
    ///   - request: Sends a request with the headers, skipping the first mirrors.
    private func download(
        _ blob: Descriptor,
        called subject: String,
        host: String,
        _ repository: Repository? = nil,
        to destination: any ByteSink,
        after prefix: BlobPrefix?,
        isRetried: Bool = true,
        _ request: (HTTPHeaders, _ mirrorsPassed: Int, @escaping HTTPResponseSink) async throws -> HTTPResponseHead
    ) async throws {
        let download = BlobDownload(blob, to: destination, after: prefix)
        // A byte may have been corrupted in transit, and a range may have been wrong: one more attempt decides. After
        // that, every mirror may have a corrupt copy while the registry's is good.
        var restartsLeft = 1 + (repository?.domain == Reference.hub ? settings.mirrors.count : 0)
        var mirrorsPassed = 0
        var isCorrupt = false
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
                // A proxy that compresses the response would break the digest.
                var headers = HTTPHeaders([("Accept-Encoding", "identity")])
                headers["Range"] = download.range
                let head = try await request(headers, mirrorsPassed) { try download.begin($0) }
                switch try download.verdict() {
                case .complete:
                    tries.progress()
                    return
                case .truncated:
                    throw HTTPError(
                        .interrupted,
                        "\(host) sent \(download.received) of \(blob.size) bytes"
                    )
                case .refused:
                    let response = HTTPResponse(head: head, body: download.errorBody?.bytes ?? [])
                    cause = .status(head.status)
                    wait = tries.wait(after: response)
                    failure =
                        if let repository { await refusal(response, from: repository, asking: subject) } else {
                            RegistryError(response, from: host, asking: subject)
                        }
                }
            } catch let corruption as BlobDownload.Corruption {
                guard restartsLeft > 0, destination.canRestart else {
                    throw RegistryError(.damaged, "\(subject) \(corruption.problem); the registry's copy is damaged")
                }
                restartsLeft -= 1
                if isCorrupt { mirrorsPassed += 1 }
                isCorrupt = true
                settings.trace?(.retry(host: host, after: .zero, .failure("\(corruption)")))
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
