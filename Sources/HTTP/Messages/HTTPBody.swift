/// The body of a request.
package enum HTTPBody: Sendable {
    /// No bytes. `post`, `put` and `patch` say so with `Content-Length: 0`.
    case none
    /// These bytes.
    case bytes([UInt8])
    /// Bytes that are read while they are sent.
    case stream(any HTTPBodySource)
}

/// Where the bytes of a streamed body come from.
///
/// All calls come from one of the client's threads, one after another, and end before `perform` returns. An error thrown
/// here ends the transfer and is thrown by `perform`, unchanged.
package protocol HTTPBodySource: AnyObject, Sendable {
    /// How many bytes there are. It is sent as `Content-Length` and must not change.
    var length: Int64 { get }

    /// Whether a request is sent anew without asking where a kept connection broke while the body was sent.
    var isSentAnew: Bool { get }

    /// Goes back to the first byte. It is called before the first read, and again where a request has to be sent
    /// anew because the server had closed the kept connection.
    func rewind() throws

    /// Puts the next bytes into the buffer, as many as fit or as are at hand.
    ///
    /// - Returns: how many bytes were put there: at least 1 while there are more, else 0.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension HTTPBodySource {
    /// As a rule it is: the server has closed the connection before it saw the request.
    package var isSentAnew: Bool { true }
}

/// A body that lies in memory.
///
/// It is unchecked `Sendable` because one transfer at a time has it, on one thread.
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
    /// The body as a source, or `nil` if no body is sent and none is announced.
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
