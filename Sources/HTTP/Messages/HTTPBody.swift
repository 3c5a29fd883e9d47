/// The body of a request.
package enum HTTPBody: Sendable {
    /// No body. `post`, `put` and `patch` send `Content-Length: 0`.
    case none
    /// A body in memory.
    case bytes([UInt8])
    /// A body that is read while it is sent.
    case stream(any HTTPBodySource)
}

/// The source of a streamed body.
///
/// All calls come from one thread at a time and end before `perform` returns. An error ends the transfer and is
/// rethrown by `perform`, unchanged.
package protocol HTTPBodySource: AnyObject, Sendable {
    /// The number of bytes, sent as `Content-Length`. Must not change.
    var length: Int64 { get }

    /// Whether the client may retry transparently if a reused connection fails while the body is sent.
    var isResendable: Bool { get }

    /// Returns to the first byte. Called before the first read and before each retry after the server closed a reused
    /// connection.
    func rewind() throws

    /// Reads the next available bytes into `buffer`.
    ///
    /// - Returns: The number of bytes read: at least 1 before the end, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension HTTPBodySource {
    /// `true`: usually the server closed the connection before it received the request.
    package var isResendable: Bool { true }
}

/// A body in memory.
///
/// `@unchecked Sendable`: one transfer at a time uses the source, on one thread.
final class BytesSource: HTTPBodySource, @unchecked Sendable {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var length: Int64 { Int64(bytes.count) }

    func rewind() {
        position = 0
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }
}

extension HTTPBody {
    /// The body as a source; `nil` if no body is sent or announced.
    func source(for method: HTTPMethod) -> (any HTTPBodySource)? {
        switch (self, method) {
        case (_, .head): nil
        case (.none, .post), (.none, .put), (.none, .patch): BytesSource([])
        case (.none, .get), (.none, .delete): nil
        case (.bytes(let bytes), _): BytesSource(bytes)
        case (.stream(let source), _): source
        }
    }
}
