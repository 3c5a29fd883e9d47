import Glibc
import Synchronization
import SystemIO

/// A small HTTP/1.1 server on a free port of 127.0.0.1, with a thread for each connection, that can misbehave.
///
/// It runs until it is stopped.
public final class LoopbackServer: Sendable {
    /// Answers a request. It is called on the thread of the connection, and may block for a limited time.
    public typealias Handler = @Sendable (LoopbackRequest) -> LoopbackResponse

    private struct State {
        var requests: [LoopbackRequest] = []
        var sockets: [Int: Int32] = [:]
        var threads: [WorkerThread] = []
        var accepted = 0
        var isStopped = false
    }

    /// The port that the system chose.
    public let port: Int

    private let handler: Handler
    private let bytesPerSecond: Int?
    private let listener: Int32
    private let state = Mutex(State())
    private let sent = Atomic<Int64>(0)
    private let received = Atomic<Int64>(0)

    /// Starts the server.
    ///
    /// - Parameter bytesPerSecond: The bandwidth of a connection in each direction.
    public init(bytesPerSecond: Int? = nil, _ handler: @escaping Handler) throws {
        self.handler = handler
        self.bytesPerSecond = bytesPerSecond
        (listener, port) = try Self.listen()
        guard let accepting = WorkerThread({ [self] in acceptAll() }) else {
            throw TestSupportError("no thread can be started")
        }
        state.withLock { $0.threads.append(accepting) }
    }

    /// `127.0.0.1:port`
    public var authority: String { "127.0.0.1:\(port)" }

    /// `http://127.0.0.1:port`, without a slash at the end.
    public var url: String { "http://\(authority)" }

    /// The requests so far, in the order in which they were complete, without large bodies.
    public var requests: [LoopbackRequest] { state.withLock { $0.requests } }

    /// The number of connections so far.
    public var connections: Int { state.withLock { $0.accepted } }

    /// The number of open connections. A connection that its client has closed counts until all received requests are answered.
    public var openConnections: Int { state.withLock { $0.sockets.count } }

    /// The number of bytes sent so far, including heads.
    public var sentBytes: Int64 { sent.load(ordering: .relaxed) }

    /// The number of bytes received so far, including heads.
    public var receivedBytes: Int64 { received.load(ordering: .relaxed) }

    /// Closes all connections and waits for all threads. It may be called more than once.
    public func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for socket in state.sockets.values { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        while let thread = state.withLock({ $0.threads.popLast() }) {
            thread.join()
        }
    }

    private static func listen() throws -> (listener: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw TestSupportError("no socket can be made", errno) }

        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                [bind(listener, pointer, size), Glibc.listen(listener, 64), getsockname(listener, pointer, &size)]
            }
        }
        guard status == [0, 0, 0] else {
            let code = errno
            close(listener)
            throw TestSupportError("127.0.0.1 cannot be listened on", code)
        }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func acceptAll() {
        while true {
            let socket = accept(listener, nil, nil)
            if socket < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            // Children of tests that run at the same time must not keep the connection open.
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            serve(socket)
        }
        close(listener)
    }

    private func serve(_ socket: Int32) {
        state.withLock { state in
            let number = state.accepted
            state.accepted += 1
            let thread = state.isStopped ? nil : WorkerThread { [self] in converse(socket, number) }
            guard let thread else {
                close(socket)
                return
            }
            state.sockets[number] = socket
            state.threads.append(thread)
        }
    }

    private func converse(_ socket: Int32, _ number: Int) {
        let connection = LoopbackConnection(socket: socket, number: number, bytesPerSecond: bytesPerSecond) {
            [self] moved in
            switch moved {
            case .sent(let count): sent.add(Int64(count), ordering: .relaxed)
            case .received(let count): received.add(Int64(count), ordering: .relaxed)
            }
        }
        while let request = connection.receive() {
            var entry = request
            if entry.bodySize > 4096 { entry.body = [] }
            state.withLock { $0.requests.append(entry) }
            guard connection.send(handler(request), to: request) else { break }
        }
        // Removed before it is closed: `stop` must not shut down a descriptor that is in use again.
        state.withLock { _ = $0.sockets.removeValue(forKey: number) }
        close(socket)
    }
}
