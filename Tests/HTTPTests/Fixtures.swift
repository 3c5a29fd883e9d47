import HTTP
import Synchronization
import TestSupport

/// Keeps what it is given, in order, and may refuse.
final class RecordingSink: HTTPResponseSink {
    struct Refusal: Error, Equatable {}

    enum Refuses {
        case nothing
        case head
        case body
    }

    private struct State {
        var head: HTTPResponseHead?
        var events: [String] = []
        var body: [UInt8] = []
    }

    private let state = Mutex(State())
    private let refuses: Refuses
    private let onBody: @Sendable () -> Void

    init(refuses: Refuses = .nothing, onBody: @escaping @Sendable () -> Void = {}) {
        self.refuses = refuses
        self.onBody = onBody
    }

    var head: HTTPResponseHead? { state.withLock(\.head) }
    /// `begin 200`, and one `body` however many pieces came.
    var events: [String] { state.withLock(\.events) }
    var body: [UInt8] { state.withLock(\.body) }

    func begin(_ head: HTTPResponseHead) throws {
        state.withLock { state in
            state.head = head
            state.events.append("begin \(head.status)")
        }
        if refuses == .head { throw Refusal() }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        state.withLock { state in
            if state.events.last != "body" { state.events.append("body") }
            state.body.append(contentsOf: bytes)
        }
        onBody()
        if refuses == .body { throw Refusal() }
    }
}

/// A body that is made while it is read.
final class PatternSource: HTTPBodySource {
    struct Failure: Error, Equatable {}

    let length: Int64
    private let available: Int64
    private let failsAtEnd: Bool
    private let state = Mutex((position: Int64(0), rewinds: 0))

    /// - Parameter available: where the bytes end, if that is not their announced length.
    init(length: Int64, available: Int64? = nil, failsAtEnd: Bool = false) {
        self.length = length
        self.available = available ?? length
        self.failsAtEnd = failsAtEnd
    }

    var rewinds: Int { state.withLock(\.rewinds) }

    func rewind() {
        state.withLock { $0 = (0, $0.rewinds + 1) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try state.withLock { state in
            let count = min(buffer.count, Int(available - state.position))
            if count == 0, failsAtEnd { throw Failure() }
            for index in 0..<count { buffer[index] = Self.byte(state.position + Int64(index)) }
            state.position += Int64(count)
            return count
        }
    }

    var bytes: [UInt8] { (0..<length).map(Self.byte) }

    private static func byte(_ position: Int64) -> UInt8 {
        UInt8(truncatingIfNeeded: position ^ (position >> 8))
    }
}

/// Runs a server and a client for the time of `body`, and ends both.
func withServer<T>(
    threads: Int = 2,
    stallSeconds: Int = 60,
    _ handler: @escaping LoopbackServer.Handler,
    _ body: (LoopbackServer, HTTPClient) async throws -> T
) async throws -> T {
    let server = try LoopbackServer(handler)
    defer { server.stop() }
    let client = HTTPClient(HTTPClient.Configuration(threads: threads, stallSeconds: stallSeconds))
    return try await body(server, client)
}

/// The error of an operation that must fail with an `HTTPError`.
func httpError<T: Sendable>(_ operation: () async throws -> T) async throws -> HTTPError? {
    do {
        _ = try await operation()
        return nil
    } catch let error as HTTPError {
        return error
    }
}
