/// The status and the header fields of a response.
package struct HTTPResponseHead: Sendable {
    /// The status code, 200 to 599 for what servers send in practice.
    package var status: Int

    /// The fields in the order received. Trailers of a chunked body are not among them.
    package var headers: HTTPHeaders

    /// How long the request stood behind others that the host answered meanwhile, or was held back to keep to a rate.
    package var timeInLine = Duration.zero

    /// The host that answered, `HOST` or `HOST:PORT`, if that is another than the request was for: one that it was redirected to.
    package var redirectTarget: String?

    /// What texts of the answer must not be shown with; `nil` for an answer that no client got.
    package internal(set) var secrets: SentSecrets?

    /// A head of these parts.
    package init(status: Int, headers: HTTPHeaders = HTTPHeaders()) {
        self.status = status
        self.headers = headers
    }
}

/// A response whose body is held in memory.
package struct HTTPResponse: Sendable {
    /// Status and header fields.
    package var head: HTTPResponseHead

    /// The whole body, as it came: no content coding is undone.
    package var body: [UInt8]

    /// A response of these parts.
    package init(head: HTTPResponseHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}

/// Where a response goes while it arrives.
///
/// All calls come from one of the client's threads, one after another, and end before `perform` returns. An error thrown
/// here ends the transfer and is thrown by `perform`, unchanged.
package protocol HTTPResponseSink: AnyObject, Sendable {
    /// Called once, before any byte of the body, with the final head: never that of a 1xx response or of a proxy's
    /// answer to `CONNECT`.
    func begin(_ head: HTTPResponseHead) throws

    /// Called for each piece of the body, in order. A piece has 1 byte to 16 KiB and is valid during the call only.
    func receive(_ bytes: UnsafeRawBufferPointer) throws
}

/// Keeps a body of limited size in memory.
///
/// It is unchecked `Sendable` because one transfer has it, on one thread, until it has ended.
final class CollectingSink: HTTPResponseSink, @unchecked Sendable {
    private(set) var body: [UInt8] = []
    private let limit: Int
    private let excess: HTTPError

    /// - Parameter excess: what to throw for a body of more than `limit` bytes.
    init(limit: Int, excess: HTTPError) {
        self.limit = limit
        self.excess = excess
    }

    func begin(_ head: HTTPResponseHead) {}

    func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTPError) {
        guard bytes.count <= limit - body.count else { throw excess }
        body.append(contentsOf: bytes)
    }
}
