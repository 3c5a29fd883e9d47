/// The status and the header fields of a response.
package struct HTTPResponseHead: Sendable {
    /// The status code, 200 to 599 in practice.
    package var status: Int

    /// The fields in the order received, without trailers.
    package var headers: HTTPHeaders

    /// The time for which the admission queue and the bandwidth limit delayed the request.
    package var queueTime = Duration.zero

    /// The host that answered (`HOST` or `HOST:PORT`), if the request was redirected to another host.
    package var redirectTarget: String?

    /// The secrets to redact in the response's texts; `nil` if the response did not come from a client.
    package internal(set) var secrets: SentSecrets?

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders()) {
        self.status = status
        self.headers = headers
    }
}

/// A response with its body in memory.
package struct HTTPResponse: Sendable {
    package var head: HTTPResponseHead

    /// The complete body, with any content coding.
    package var body: [UInt8]

    package init(head: HTTPResponseHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}

/// The receiver of a response.
///
/// All calls come from one thread at a time and end before `perform` returns. An error ends the transfer and is
/// rethrown by `perform`, unchanged.
package protocol HTTPResponseSink: AnyObject, Sendable {
    /// Receives the final head, once, before the body. Heads of 1xx responses and of a proxy's answer to `CONNECT` are
    /// skipped.
    func begin(_ head: HTTPResponseHead) throws

    /// Receives the next piece of the body. `bytes` is valid only during the call.
    func receive(_ bytes: UnsafeRawBufferPointer) throws
}

/// Collects a body of limited size in memory.
///
/// `@unchecked Sendable`: one transfer uses the sink, on one thread, until the transfer has ended.
final class CollectingSink: HTTPResponseSink, @unchecked Sendable {
    private(set) var body: [UInt8] = []
    private let limit: Int
    private let excess: HTTPError

    /// - Parameter excess: The error for a body that exceeds `limit` bytes.
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
