import Glibc

/// One connection of the test server, which reads requests and writes responses, complete or with faults.
final class LoopbackConnection {
    /// The number of bytes that were sent or received.
    enum Moved {
        case sent(Int)
        case received(Int)
    }

    let socket: Int32
    private let number: Int
    /// The bandwidth in each direction, in bytes per second; `nil` for no limit.
    private let bytesPerSecond: Int?
    private let didMove: (Moved) -> Void
    private var buffer: [UInt8] = []

    /// The first byte of a TLS connection (RFC 8446, section 5.1).
    private static let handshake: UInt8 = 22

    init(socket: Int32, number: Int, bytesPerSecond: Int?, didMove: @escaping (Moved) -> Void) {
        self.didMove = didMove
        self.bytesPerSecond = bytesPerSecond
        self.socket = socket
        self.number = number
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Requests

    /// Waits for the next request; `nil` if the client has disconnected or sent no valid request.
    func receive() -> LoopbackRequest? {
        // Like other servers, it answers a TLS client without waiting for the end of a line.
        guard !buffer.isEmpty || fill() else { return nil }
        guard buffer.first != Self.handshake else {
            _ = write(Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8)[...])
            return nil
        }
        guard let first = line() else { return nil }
        let words = first.split(separator: " ")
        guard words.count == 3 else { return nil }

        var headers = LoopbackHeaders()
        while true {
            guard let line = line() else { return nil }
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers.entries.append((name: String(line[..<colon]), value: String(value)))
        }
        guard let body = body(headers) else { return nil }
        return LoopbackRequest(
            method: String(words[0]),
            target: String(words[1]),
            headers: headers,
            body: body,
            bodySize: body.count,
            connection: number
        )
    }

    private func body(_ headers: LoopbackHeaders) -> [UInt8]? {
        guard headers["Transfer-Encoding"]?.lowercased() == "chunked" else {
            return take(headers["Content-Length"].flatMap { Int($0) } ?? 0)
        }
        var body: [UInt8] = []
        while let size = line().flatMap({ Int($0.prefix { $0 != ";" }, radix: 16) }), let chunk = take(size) {
            guard line() == "" else { return nil }
            if size == 0 { return body }
            body += chunk
        }
        return nil
    }

    /// The next line without its line end.
    private func line() -> String? {
        var start = 0
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[..<end].last == UInt8(ascii: "\r") ? buffer[..<(end - 1)] : buffer[..<end]
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: line, as: UTF8.self)
            }
            start = buffer.count
            guard fill() else { return nil }
        }
    }

    /// The next `count` bytes.
    private func take(_ count: Int) -> [UInt8]? {
        while buffer.count < count {
            guard fill() else { return nil }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Reads the available bytes; `false` at the end.
    private func fill() -> Bool {
        let count = withUnsafeTemporaryAllocation(byteCount: 256 * 1024, alignment: 16) { space in
            let count = recv(socket, space.baseAddress, space.count, 0)
            if count > 0 {
                buffer.append(contentsOf: space[..<count])
                didMove(.received(count))
                keepPace(count)
            }
            return count
        }
        return count > 0
    }

    // MARK: Responses

    /// Sends the response; `false` if that ends the connection.
    func send(_ response: LoopbackResponse, to request: LoopbackRequest) -> Bool {
        if let port = response.tunnel {
            tunnel(to: port)
            return false
        }
        switch response.fault {
        case .stall:
            waitForEnd()
            return false
        case .close:
            return false
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            return false
        case .garbage:
            _ = write(Array("\u{1}\u{2} this is no HTTP\r\n\r\n".utf8)[...])
            return false
        case .cutBody, .stallBody, .dripBody, .none:
            return sendMessage(response, to: request)
        }
    }

    private func sendMessage(_ response: LoopbackResponse, to request: LoopbackRequest) -> Bool {
        var headers = response.headers
        let hasNoBody = request.method == "HEAD" || response.status == 204 || response.status == 304
        if response.isChunked {
            headers["Transfer-Encoding"] = "chunked"
        } else if headers["Content-Length"] == nil, response.status != 204 {
            headers["Content-Length"] = String(response.body.count)
        }
        let fields = headers.entries.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = "\(response.preamble)HTTP/1.1 \(response.status) Stand-in\r\n\(fields)\r\n"

        let body = hasNoBody ? [] : response.body[...]
        switch response.fault {
        case .cutBody(let count):
            _ = write(Array(head.utf8)[...]) && sendBody(body.prefix(count), chunked: response.isChunked, ends: false)
            return false
        case .stallBody(let count):
            _ = write(Array(head.utf8)[...]) && sendBody(body.prefix(count), chunked: response.isChunked, ends: false)
            waitForEnd()
            return false
        case .dripBody(let milliseconds):
            guard write(Array(head.utf8)[...]) else { return false }
            for index in body.indices {
                guard sendBody(body[index...index], chunked: false, ends: true) else { return false }
                usleep(useconds_t(milliseconds * 1000))
            }
            return true
        default:
            let isChunked = response.isChunked && !hasNoBody
            return write(Array(head.utf8)[...]) && sendBody(body, chunked: isChunked, ends: true) && !response.closes
        }
    }

    private func sendBody(_ body: ArraySlice<UInt8>, chunked: Bool, ends: Bool) -> Bool {
        guard chunked else { return write(body) }
        var rest = body
        while !rest.isEmpty {
            let chunk = rest.prefix(10_000)
            rest = rest.dropFirst(chunk.count)
            guard write(Array("\(String(chunk.count, radix: 16))\r\n".utf8)[...]), write(chunk),
                write(Array("\r\n".utf8)[...])
            else { return false }
        }
        return ends ? write(Array("0\r\nX-Trailer: after the body\r\n\r\n".utf8)[...]) : true
    }

    /// Sends nothing until the client disconnects or the server is stopped.
    private func waitForEnd() {
        while fill() { buffer.removeAll() }
    }

    func write(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
                let length = bytesPerSecond.map { min(rest.count, $0 / 400) } ?? rest.count
                let count = Glibc.send(socket, rest.baseAddress, length, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                didMove(.sent(count))
                sent += count
                keepPace(count)
            }
            return true
        }
    }

    /// Waits for the time that `count` bytes take.
    private func keepPace(_ count: Int) {
        if let bytesPerSecond { usleep(useconds_t(count * 1_000_000 / bytesPerSecond)) }
    }
}
