import SystemIO

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

/// Returns the sink for the body of a response, given its final head. Heads of 1xx responses and of a proxy's answer to `CONNECT`
/// are skipped.
///
/// One thread at a time uses the sink, until `perform` returns. An error ends the transfer and is rethrown by `perform`, unchanged.
package typealias HTTPResponseSink = @Sendable (HTTPResponseHead) throws -> any ByteSink

/// Thrown by a sink that needs no more of a response, which may be endless. The response counts as complete.
package struct ResponseTruncated: Error {
    package init() {}
}
