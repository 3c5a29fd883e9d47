import HTTP
import OCI

/// Uploads a blob, with as many requests as necessary.
///
/// The first request sends the complete blob, which every registry accepts. An interrupted upload resumes at the offset
/// that the registry reports. If the registry reports none, the upload starts over in chunks, so that the next
/// interruption costs less. Chunks are also used if a proxy rejects the request as too large.
struct BlobPush {
    private let client: RegistryClient
    private let blob: Descriptor
    private let body: BlobUpload
    private let repository: Repository
    private let subject: String

    private var session: UploadSession?
    /// The maximum size of a request; `nil` for no limit.
    private var chunk: Int64?
    /// Whether the registry rejected chunks, for another reason than their size.
    private var refusesChunks = false
    /// Whether a request broke, so that only the registry knows the offset.
    private var isOffsetUnknown = false
    /// The number of consecutive responses for an unknown upload.
    private var timesUnknown = 0
    /// The offset at which an interrupted upload resumed; a second time at the same offset starts over.
    private var resumption: Int64?
    /// The most bytes sent in the current upload.
    private var mostSent: Int64 = 0
    /// Whether a failed request of a resumed upload was repeated: if replicas take turns and one is broken, any other
    /// order of requests may reach the broken one each time.
    private var isRepeated = false
    /// Whether a resumed upload was rejected, so that later ones start over.
    private var startsOver = false
    /// The most bytes of the blob that were sent, or that the registry had.
    private var furthest: Int64 = 0
    /// The number of consecutive attempts that sent much, but not more than earlier ones.
    private var stalledAttempts = 0
    private let tries: RetryAttempts

    /// An upload that starts over each time may break at the same place forever.
    private static let maxStalledAttempts = 5

    /// Another replica of the registry may know the upload: the request is repeated to reach that replica.
    private static let maxTimesUnknown = 4

    /// The chunk sizes, in the order of use.
    static let chunks: [Int64] = [64 << 20, 8 << 20]

    /// The time limit for a registry to store a received blob: some copy a large blob from one storage to another.
    /// `nil` for the usual limit.
    private var commitSeconds: Int? {
        blob.size < 16 << 20 ? nil : Int(min(600, 60 + blob.size / (4 << 20)))
    }

    /// - Parameters:
    ///   - session: An upload that was started for the blob.
    ///   - subject: The subject of error messages.
    init(
        _ blob: Descriptor,
        from source: any BlobSource,
        to repository: Repository,
        by client: RegistryClient,
        session: UploadSession?,
        asking subject: String
    ) {
        self.client = client
        self.blob = blob
        self.repository = repository
        self.session = session
        self.subject = subject
        body = BlobUpload(blob, from: source)
        chunk = client.largestRequest(to: repository.domain)
        tries = client.settings.tries(.upload, to: repository.domain)
    }

    /// Uploads the blob.
    ///
    /// - Returns: The registry's last response, successful or not.
    /// - Throws: The `HTTPError` of the last attempt.
    mutating func run() async throws -> HTTPResponse {
        while true {
            let wait: Duration?
            let cause: RegistryEvent.Cause
            let failure: Result<HTTPResponse, HTTPError>
            let before = body.sent
            try await tries.begin()
            do {
                if isOffsetUnknown, let there = try await queryOffset() { return there }
                let response = try await sendNext()
                switch response.head.status {
                case 200...204:
                    guard session == nil else { continue }
                    tries.progress()
                    return response
                case 413:
                    try takeSmallerChunk()
                    continue
                case let status where Self.refusals.contains(status) && isChunked && !refusesChunks:
                    // Not all registries support chunks; all support a single request.
                    refusesChunks = true
                    session = nil
                    trace(.oneChunk)
                    continue
                case let status where status < 500 && resumption != nil && !startsOver && !isPassing(response):
                    // The registry had more of the upload than it reported.
                    startsOver = true
                    startOver()
                    continue
                default:
                    failure = .success(response)
                    cause = .status(response.head.status)
                    wait = tries.wait(after: response)
                }
            } catch let stuck as StalledUpload {
                let error = HTTPError(.interrupted, stuck.problem)
                failure = .failure(error)
                cause = .failure(error.message)
                wait = tries.wait(after: error)
            } catch let error as HTTPError {
                failure = .failure(error)
                cause = .failure(error.message)
                recordProgress(sent: body.sent - before)
                // Another of an unknown number of replicas may know the upload.
                wait = tries.wait(after: error, isCounted: timesUnknown == 0)
            }
            guard let wait else {
                guard timesUnknown > 0, case .failure(let error) = failure else { return try failure.get() }
                throw RegistryError(.unreachable, "\(subject): \(error.message); \(ErrorHint.replicas)")
            }
            let repeats = mayRepeat(failure, sent: body.sent - before)
            if repeats { isRepeated = true }
            isOffsetUnknown = session != nil && !mayBeKnownElsewhere && !repeats
            try await client.settings.pause(wait, before: repository.domain, cause)
        }
    }

    /// The statuses of registries that do not support chunks.
    private static let refusals: Set = [400, 405, 411, 415, 501]

    private var isChunked: Bool { (session?.offset ?? 0) > 0 || end < blob.size }

    /// The end of the next request's range.
    private var end: Int64 {
        guard let chunk, !refusesChunks, let session else { return blob.size }
        let left = blob.size - session.offset
        return session.offset + min(left, max(chunk, session.shortestChunk))
    }

    /// Whether a failed request of a resumed upload is repeated at once, without querying the offset.
    private func mayRepeat(_ failure: Result<HTTPResponse, HTTPError>, sent: Int64) -> Bool {
        guard let session, session.offset == resumption, !isRepeated, !isOffsetUnknown else { return false }
        // If the registry kept a part of the broken request, it will keep a part of the next one too.
        return session.offset == 0 || sent < RetryPolicy.progress || (try? failure.get()) != nil
    }

    private func isPassing(_ response: HTTPResponse) -> Bool {
        RetryPolicy.isPassing(response.head.status)
    }

    /// The registry accepted a chunk, but reports no progress or an impossible offset.
    private struct StalledUpload: Error {
        let problem: String
    }

    /// Whether a replica that was not reached yet may know the upload.
    private var mayBeKnownElsewhere: Bool { (1..<Self.maxTimesUnknown).contains(timesUnknown) }

    /// Sends the next request: starts an upload, sends a part of the blob, or finishes the upload.
    ///
    /// - Returns: The response; `session` is `nil` after the upload has finished.
    private mutating func sendNext() async throws -> HTTPResponse {
        guard let current = session else {
            let answer = try await client.open(repository)
            session = try UploadSession(answer.response.head, from: answer.url, size: blob.size)
            (mostSent, resumption, isRepeated) = (0, nil, false)
            // A success without an upload is a failure, for instance a login page in front of the registry.
            guard session != nil || answer.response.head.status >= 400 else {
                throw RegistryError(
                    .refused,
                    "\(subject): \(repository.domain) answered \(answer.response.head.status), but began no upload"
                )
            }
            return answer.response
        }
        guard isChunked, current.offset < blob.size else { return try await finish(current, from: current.offset) }
        let end = end
        body.range = current.offset..<end
        let (response, url) = try await perform(
            .patch,
            current.url,
            [("Content-Range", "\(current.offset)-\(end - 1)")],
            .stream(body.stream)
        )
        if (200...204).contains(response.head.status) { try record(response.head, from: url, after: current, end) }
        return response
    }

    /// Records the response to a chunk.
    ///
    /// - Throws: ``StalledUpload`` if the registry made no progress; the upload starts over.
    private mutating func record(
        _ head: HTTPResponseHead,
        from url: String,
        after before: UploadSession,
        _ end: Int64
    ) throws {
        let isTrue = try session?.update(head, from: url, sent: end, assuming: end) ?? false
        let offset = session?.offset ?? 0
        guard isTrue, offset == end || offset >= before.offset + RetryPolicy.progress else {
            // A registry that reports no progress for a chunk may accept the blob in a single request.
            if client.largestRequest(to: repository.domain) == nil { refusesChunks = true }
            startOver()
            let had = isTrue ? "\(offset)" : "more than all"
            throw StalledUpload(
                problem: "\(repository.domain) took a chunk up to byte \(end), but reports \(had) of the bytes"
            )
        }
        recordProgress()
    }

    private mutating func finish(_ current: UploadSession, from offset: Int64) async throws -> HTTPResponse {
        body.range = offset..<blob.size
        let url = Location.adding("digest", blob.digest.description, to: current.url)
        let isEmpty = offset == blob.size && offset > 0
        let (response, _) = try await perform(.put, url, [], isEmpty ? .none : .stream(body.stream))
        if (200...204).contains(response.head.status) { session = nil }
        return response
    }

    private mutating func perform(
        _ method: HTTPMethod,
        _ url: String,
        _ headers: [(String, String)],
        _ body: HTTPBody
    ) async throws -> (HTTPResponse, url: String) {
        let timesUnknownBefore = timesUnknown
        timesUnknown = 0
        defer { mostSent = max(mostSent, self.body.position) }
        let (response, answered) = try await client.collect(
            RegistryRequest(
                method,
                .url(url),
                headers: HTTPHeaders([("Content-Type", "application/octet-stream")] + headers),
                body: body,
                scopes: [.push(repository)],
                stallSeconds: method == .put ? commitSeconds : nil
            ),
            to: repository.domain
        )
        if response.head.status == 404 { timesUnknown = timesUnknownBefore + 1 }
        // The registry has another offset or dropped the upload.
        guard ![404, 416].contains(response.head.status) else {
            throw HTTPError(.interrupted, "\(repository.domain) no longer knows of the upload")
        }
        return (response, answered)
    }

    /// Queries the offset of an interrupted upload, and resumes it or starts over.
    ///
    /// - Returns: A success if the blob is complete, because only the last response was lost.
    private mutating func queryOffset() async throws -> HTTPResponse? {
        guard let current = session else { return nil }
        timesUnknown = 0
        let (response, url) = try await client.collect(
            RegistryRequest(.get, .url(current.url), scopes: [.push(repository)]),
            to: repository.domain
        )
        let head = response.head
        guard !RetryPolicy.isPassing(head.status) else {
            throw HTTPError(.interrupted, "\(repository.domain) answered \(head.status) when asked for the upload")
        }
        isOffsetUnknown = false
        if head.status == 204 || head.status == 202 {
            if !startsOver, try session?.update(head, from: url, sent: mostSent, assuming: 0) == true,
                let offset = session?.offset, offset != resumption
            {
                (resumption, isRepeated) = (offset, false)
                if offset == 0 { chunk = chunk ?? Self.chunks[0] }
                recordProgress()
                trace(.continues(at: offset))
                return nil
            }
        } else if try await client.hasBlob(ofUpload: blob, in: repository) {
            return HTTPResponse(head: HTTPResponseHead(status: 201))
        }
        startOver()
        return nil
    }

    private mutating func startOver() {
        session = nil
        resumption = nil
        chunk = chunk ?? Self.chunks[0]
        trace(.startsOver)
    }

    private func trace(_ turn: RegistryEvent.UploadTurn) {
        client.settings.trace?(.upload(blob.digest, repository, turn))
    }

    /// Records the progress that the registry reported.
    private mutating func recordProgress() {
        guard let offset = session?.offset, offset > furthest else { return }
        furthest = offset
        stalledAttempts = 0
        tries.progress()
    }

    /// Records the bytes sent by a failed attempt.
    private mutating func recordProgress(sent: Int64) {
        guard sent >= RetryPolicy.progress else { return }
        if body.position >= furthest + RetryPolicy.progress {
            furthest = body.position
            stalledAttempts = 0
        } else {
            stalledAttempts += 1
        }
        if stalledAttempts <= Self.maxStalledAttempts { tries.progress(isAnswered: false) }
    }

    /// Uses smaller chunks after a proxy rejected a request as too large.
    private mutating func takeSmallerChunk() throws {
        let refused = body.length
        let shortest = session?.shortestChunk ?? 0
        guard !refusesChunks, let smaller = Self.chunks.first(where: { max($0, shortest) < refused })
        else {
            throw RegistryError(
                .refused,
                "\(subject): a proxy before \(repository.domain) refuses \(refused) bytes as too large (413);"
                    + " \(ErrorHint.proxyLimit)",
                status: 413
            )
        }
        chunk = smaller
        trace(.pieces(of: smaller, refused: refused))
        client.record(largestRequest: smaller, to: repository.domain)
        session = nil
    }
}
