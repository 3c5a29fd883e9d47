import HTTP
import ImageModel

extension RegistryClient {
    /// Fetches a blob, verified by size and digest while it arrives.
    ///
    /// A transfer that breaks is continued where it broke. The destination may have taken bytes when this fails.
    ///
    /// - Throws: ``RegistryError``, or what the destination throws.
    public func download(
        _ blob: Descriptor,
        from repository: Repository,
        to destination: any BlobDestination
    ) async throws {
        let subject = "the blob \(blob.digest) of \(repository)"
        let download = BlobDownload(blob, to: destination)
        var mayRestart = destination.canRestart
        var attempt = 1
        while true {
            let before = download.received
            let delay: Double?
            let failure: RegistryError
            do {
                let request = request(blob, repository, download.range)
                let head = try await perform(request, to: repository.domain, into: download).head
                switch download.verdict(after: head.status) {
                case .whole:
                    return
                case .tooShort:
                    throw HTTPError(
                        .interrupted,
                        "\(repository.domain) sent \(download.received) of \(blob.size) bytes"
                    )
                case .spoilt(let problem):
                    guard mayRestart, download.isPatched else {
                        throw RegistryError(.damaged, "\(subject) \(problem); the registry's copy is damaged")
                    }
                    // A registry that answers a range with other bytes spoils what was put together. Once is enough to know.
                    mayRestart = false
                    try download.restart()
                    continue
                case .refused:
                    let response = HTTPResponse(head: head, body: download.errorBody)
                    delay = settings.retry.delay(after: response, attempt: attempt)
                    failure = RegistryError(response, from: repository.domain, asking: subject)
                }
            } catch let error as HTTPError {
                if download.received - before >= Self.progress { attempt = 1 }
                delay = settings.retry.delay(after: error, attempt: attempt)
                failure = RegistryError(error, asking: subject)
            }
            guard let delay else { throw failure }
            try await Task.sleep(for: .seconds(delay))
            attempt += 1
        }
    }

    /// A try that brought so many bytes is not counted among those in vain.
    private static let progress: Int64 = 1 << 20

    private func request(_ blob: Descriptor, _ repository: Repository, _ range: String?) -> RegistryRequest {
        // A proxy that compresses on the way would break the digest.
        var headers = HTTPHeaders([("Accept-Encoding", "identity")])
        if let range { headers.add("Range", range) }
        return RegistryRequest(
            .get,
            .path("\(repository.path)/blobs/\(blob.digest)"),
            headers: headers,
            scopes: [.pull(repository)]
        )
    }
}
