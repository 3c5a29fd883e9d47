import SystemIO

/// The body of a request.
package enum HTTPBody: Sendable {
    /// No body. `post`, `put` and `patch` send `Content-Length: 0`.
    case none
    /// A body in memory.
    case bytes([UInt8])
    /// A body that is read while it is sent.
    case stream(HTTPBodyStream)
}

/// A streamed body.
///
/// One thread at a time uses the sources, until `perform` returns. An error ends the transfer and is rethrown by `perform`,
/// unchanged.
package struct HTTPBodyStream: Sendable {
    /// The number of bytes, sent as `Content-Length`.
    package let length: Int64

    /// Whether the client may retry transparently if a reused connection fails while the body is sent: usually the server closed
    /// the connection before it received the request.
    let isResendable: Bool

    /// Opens the body at its first byte. Called before the first read and before each retry after the server closed a reused
    /// connection.
    package let open: @Sendable () throws -> any ByteSource

    package init(length: Int64, isResendable: Bool = true, open: @escaping @Sendable () throws -> any ByteSource) {
        self.length = length
        self.isResendable = isResendable
        self.open = open
    }

    init(_ bytes: [UInt8]) {
        self.init(length: Int64(bytes.count)) { MemorySource(bytes) }
    }
}

extension HTTPBody {
    /// The body as a stream; `nil` if no body is sent or announced.
    func stream(for method: HTTPMethod) -> HTTPBodyStream? {
        switch (self, method) {
        case (_, .head): nil
        case (.none, .post), (.none, .put), (.none, .patch): HTTPBodyStream([])
        case (.none, .get), (.none, .delete): nil
        case (.bytes(let bytes), _): HTTPBodyStream(bytes)
        case (.stream(let stream), _): stream
        }
    }
}
