import HTTP
import OCI

/// Sends a blob to a registry, with as many requests as that takes.
///
/// It goes at once, as every registry takes it. What has broken goes on where the registry says that it is; where it cannot, it
/// begins anew, and in chunks, so that the next break costs less. Chunks are also what a proxy gets that refuses the whole as too
/// large.
struct BlobPush {
    private let client: RegistryClient
    private let blob: Descriptor
    private let body: BlobUpload
    private let repository: Repository
    private let subject: String

    private var session: UploadSession?
    /// The most bytes of a request; `nil` for all.
    private var chunk: Int64?
    /// Whether the registry has refused chunks, but not for their size.
    private var refusesChunks = false
    /// Whether a request broke, so that only the registry knows how much it has.
    private var isInDoubt = false
    /// How often in a row the registry has answered to the content that it does not know of the upload.
    private var timesForgotten = 0
    /// Where an upload that broke was gone on with; it is not gone on with there twice.
    private var resumption: Int64?
    /// The most that has been sent into the present upload.
    private var mostSent: Int64 = 0
    /// Whether a request of a resumed upload was sent again after it had failed: where replicas take turns and one of them is broken, any
    /// other order of requests may meet that one each time.
    private var isRepeated = false
    /// Whether a resumed upload was refused, so that later ones start over.
    private var startsOver = false
    /// The most that has been sent of the blob, or that the registry has had.
    private var furthest: Int64 = 0
    /// How many tries in a row have brought much, but not more than those before.
    private var vainTries = 0
    private let tries: RetryAttempts

    /// An upload that has to begin anew each time may break for ever at the same place.
    private static let mostVainTries = 5

    /// Another replica of the registry may have begun the upload, and knows of it: a request is sent again to reach that one.
    private static let mostTimesForgotten = 4

    /// The sizes of chunks, the first to be tried first.
    static let chunks: [Int64] = [64 << 20, 8 << 20]

    /// How long a registry may be silent while it stores a blob that it has received: some copy a large one from one storage to
    /// another. `nil` for as long as any answer may take.
    private var commitSeconds: Int? {
        blob.size < 16 << 20 ? nil : Int(min(600, 60 + blob.size / (4 << 20)))
    }

    /// - Parameters:
    ///   - session: an upload that has been begun for the blob.
    ///   - subject: what is asked for, in an error.
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

    /// Sends the blob.
    ///
    /// - Returns: the registry's last answer, a success or not.
    /// - Throws: the `HTTPError` of the last try.
    mutating func run() async throws -> HTTPResponse {
        while true {
            let wait: Duration?
            let cause: RegistryEvent.Cause
            let failure: Result<HTTPResponse, HTTPError>
            let before = body.sent
            try await tries.begin()
            do {
                if isInDoubt, let there = try await askHowFar() { return there }
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
                    // Not all registries take chunks; the whole they all take.
                    refusesChunks = true
                    session = nil
                    tell(.whole)
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
                noteProgress(sent: body.sent - before)
                // Another replica may know of the upload: how many there are, nobody tells.
                wait = tries.wait(after: error, isCounted: timesForgotten == 0)
            }
            guard let wait else {
                guard timesForgotten > 0, case .failure(let error) = failure else { return try failure.get() }
                throw RegistryError(.unreachable, "\(subject): \(error.message); \(ErrorHint.replicas)")
            }
            let repeats = mayRepeat(failure, sent: body.sent - before)
            if repeats { isRepeated = true }
            isInDoubt = session != nil && !mayBeKnownElsewhere && !repeats
            try await client.settings.pause(wait, before: repository.domain, cause)
        }
    }

    /// The statuses of a registry that does not know what to do with a chunk.
    private static let refusals: Set = [400, 405, 411, 415, 501]

    private var isChunked: Bool { (session?.offset ?? 0) > 0 || end < blob.size }

    /// Where the next request ends.
    private var end: Int64 {
        guard let chunk, !refusesChunks, let session else { return blob.size }
        let left = blob.size - session.offset
        return session.offset + min(left, max(chunk, session.shortestChunk))
    }

    /// Whether the request of a resumed upload is sent again at once after a failure, without asking the registry for the offset.
    private func mayRepeat(_ failure: Result<HTTPResponse, HTTPError>, sent: Int64) -> Bool {
        guard let session, session.offset == resumption, !isRepeated, !isInDoubt else { return false }
        // A registry that has kept a part of a request that broke has that of the next one too.
        return session.offset == 0 || sent < RetryPolicy.progress || (try? failure.get()) != nil
    }

    private func isPassing(_ response: HTTPResponse) -> Bool {
        RetryPolicy.isPassing(response.head.status)
    }

    /// A registry that takes chunks, but has no more of the blob than before, or reports what cannot be true.
    private struct StalledUpload: Error {
        let problem: String
    }

    /// Whether the upload may be known to another replica than those that were asked.
    private var mayBeKnownElsewhere: Bool { (1..<Self.mostTimesForgotten).contains(timesForgotten) }

    /// Makes the next request: for an upload, with a part of the content, or with the end of it.
    ///
    /// - Returns: the answer; after a success that ends the upload, there is no session any more.
    private mutating func sendNext() async throws -> HTTPResponse {
        guard let current = session else {
            let answer = try await client.open(repository)
            session = try UploadSession(answer.response.head, from: answer.url, size: blob.size)
            (mostSent, resumption, isRepeated) = (0, nil, false)
            // A success that leads nowhere is none: a login page in front of the registry, for instance.
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
            .stream(body)
        )
        if (200...204).contains(response.head.status) { try record(response.head, from: url, after: current, end) }
        return response
    }

    /// Records the answer to a chunk.
    ///
    /// - Throws: ``StalledUpload`` if the registry has no more of the blob than before; the upload starts over.
    private mutating func record(
        _ head: HTTPResponseHead,
        from url: String,
        after before: UploadSession,
        _ end: Int64
    ) throws {
        let isTrue = try session?.update(head, from: url, sent: end, assuming: end) ?? false
        let offset = session?.offset ?? 0
        guard isTrue, offset == end || offset >= before.offset + RetryPolicy.progress else {
            // A registry that reports nothing of a chunk may take the blob in one request.
            if client.largestRequest(to: repository.domain) == nil { refusesChunks = true }
            startOver()
            let had = isTrue ? "\(offset)" : "more than all"
            throw StalledUpload(
                problem: "\(repository.domain) took a chunk up to byte \(end), but reports \(had) of the bytes"
            )
        }
        noteProgress()
    }

    private mutating func finish(_ current: UploadSession, from offset: Int64) async throws -> HTTPResponse {
        body.range = offset..<blob.size
        let url = Location.adding("digest", blob.digest.description, to: current.url)
        let isEmpty = offset == blob.size && offset > 0
        let (response, _) = try await perform(.put, url, [], isEmpty ? .none : .stream(body))
        if (200...204).contains(response.head.status) { session = nil }
        return response
    }

    private mutating func perform(
        _ method: HTTPMethod,
        _ url: String,
        _ headers: [(String, String)],
        _ body: HTTPBody
    ) async throws -> (HTTPResponse, url: String) {
        let timesBefore = timesForgotten
        timesForgotten = 0
        let sink = ResponseBuffer(limit: RegistryClient.errorLimit)
        defer { mostSent = max(mostSent, self.body.position) }
        let (head, answered) = try await client.perform(
            RegistryRequest(
                method,
                .url(url),
                headers: HTTPHeaders([("Content-Type", "application/octet-stream")] + headers),
                body: body,
                scopes: [.push(repository)],
                stallSeconds: method == .put ? commitSeconds : nil
            ),
            to: repository.domain,
            into: sink
        )
        if head.status == 404 { timesForgotten = timesBefore + 1 }
        // The registry has another part than was thought, or has dropped the upload.
        guard ![404, 416].contains(head.status) else {
            throw HTTPError(.interrupted, "\(repository.domain) no longer knows of the upload")
        }
        return (HTTPResponse(head: head, body: sink.body), answered)
    }

    /// Finds out how much of a broken upload the registry has, and goes on there or begins anew.
    ///
    /// - Returns: the answer that says that the whole blob is there, since only the answer to its last byte was lost.
    private mutating func askHowFar() async throws -> HTTPResponse? {
        guard let current = session else { return nil }
        timesForgotten = 0
        let sink = ResponseBuffer(limit: RegistryClient.errorLimit)
        let (head, url) = try await client.perform(
            RegistryRequest(.get, .url(current.url), scopes: [.push(repository)]),
            to: repository.domain,
            into: sink
        )
        guard !RetryPolicy.isPassing(head.status) else {
            throw HTTPError(.interrupted, "\(repository.domain) answered \(head.status) when asked for the upload")
        }
        isInDoubt = false
        if head.status == 204 || head.status == 202 {
            if !startsOver, try session?.update(head, from: url, sent: mostSent, assuming: 0) == true,
                let offset = session?.offset, offset != resumption
            {
                (resumption, isRepeated) = (offset, false)
                if offset == 0 { chunk = chunk ?? Self.chunks[0] }
                noteProgress()
                tell(.continues(at: offset))
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
        tell(.beginsAnew)
    }

    private func tell(_ turn: RegistryEvent.UploadTurn) {
        client.settings.trace?(.upload(blob.digest, repository, turn))
    }

    /// Takes note of what the registry has.
    private mutating func noteProgress() {
        guard let offset = session?.offset, offset > furthest else { return }
        furthest = offset
        vainTries = 0
        tries.progress()
    }

    /// Takes note of what a try has sent that failed.
    private mutating func noteProgress(sent: Int64) {
        guard sent >= RetryPolicy.progress else { return }
        if body.position >= furthest + RetryPolicy.progress {
            furthest = body.position
            vainTries = 0
        } else {
            vainTries += 1
        }
        if vainTries <= Self.mostVainTries { tries.progress(isAnswered: false) }
    }

    /// What a proxy refuses as too large goes in smaller pieces.
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
        tell(.pieces(of: smaller, refused: refused))
        client.note(largestRequest: smaller, to: repository.domain)
        session = nil
    }
}
