/// Header fields in order, with names as written.
public struct LoopbackHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Every field.
    public var entries: [(name: String, value: String)]

    /// Fields in the order given.
    public init(_ entries: [(name: String, value: String)] = []) {
        self.entries = entries
    }

    /// Fields in the order written; a name may be repeated.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }

    /// The value of the first field of that name, ignoring case. Setting it replaces all fields of the name.
    public subscript(name: String) -> String? {
        get { entries.first { $0.name.lowercased() == name.lowercased() }?.value }
        set {
            entries.removeAll { $0.name.lowercased() == name.lowercased() }
            if let newValue { entries.append((name: name, value: newValue)) }
        }
    }
}

/// A request as the test server received it.
public struct LoopbackRequest: Sendable {
    /// The method, in upper case.
    public var method: String
    /// The target of the request line: path and query, a complete URL in a request to a proxy, or `host:port`.
    public var target: String
    /// The header fields.
    public var headers: LoopbackHeaders
    /// The body, without the framing of chunks. In a server's log it is empty if it has more than 4096 bytes.
    public var body: [UInt8]
    /// The number of bytes of the body.
    public var bodySize: Int
    /// The number of the server's connection, from 0.
    public var connection: Int

    /// A request without a connection.
    public init(method: String, target: String, headers: LoopbackHeaders = [:], body: [UInt8] = []) {
        self.init(method: method, target: target, headers: headers, body: body, bodySize: body.count, connection: 0)
    }

    init(method: String, target: String, headers: LoopbackHeaders, body: [UInt8], bodySize: Int, connection: Int) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.bodySize = bodySize
        self.connection = connection
    }

    /// The target up to the query.
    public var path: String {
        String(target.prefix { $0 != "?" })
    }

    /// The values of the query's fields of that name, percent-decoded.
    public func query(_ name: String) -> [String] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return Self.fields(of: String(target[target.index(after: mark)...]))(name)
    }

    /// The values of the fields of a query or a form, by their name, percent-decoded.
    static func fields(of text: String) -> (_ name: String) -> [String] {
        { name in
            text.split(separator: "&")
                .compactMap { field in
                    let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    guard parts[0] == name else { return nil }
                    return parts.count == 2 ? Self.decoded(parts[1]) : ""
                }
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A response of the test server.
public struct LoopbackResponse: Sendable {
    /// A fault while the response is sent.
    public enum Fault: Sendable, Hashable {
        /// Nothing.
        case none
        /// The connection is closed after that many bytes of the body.
        case cutBody(after: Int)
        /// Nothing is sent after that many bytes of the body, until the client disconnects or the server is stopped.
        case stallBody(after: Int)
        /// The body is sent one byte at a time, with a pause in milliseconds between them.
        case dripBody(milliseconds: Int)
        /// Nothing is sent until the client disconnects or the server is stopped.
        case stall
        /// The connection is closed without an answer.
        case close
        /// The connection is reset without an answer.
        case reset
        /// Bytes that are no HTTP are sent, and the connection is closed.
        case garbage
    }

    /// The status code.
    public var status: Int
    /// The fields to send; `Content-Length` is added unless it is among them or the body is chunked.
    public var headers: LoopbackHeaders
    /// The body. A response to `HEAD` has its length only.
    public var body: [UInt8]
    /// Bytes before the head, such as the head of a 1xx response.
    public var preamble: String
    /// Whether the body is sent in chunks, without its length.
    public var isChunked: Bool
    /// Whether the connection is closed afterwards without `Connection: close`.
    public var closes: Bool
    /// The fault.
    public var fault: Fault
    /// A port of 127.0.0.1 that the connection becomes a tunnel to, in response to `CONNECT` (RFC 9110, section 9.3.6). The rest of
    /// the response is ignored.
    public var tunnel: Int?

    /// A response. Without arguments it is an empty one of status 200.
    public init(
        status: Int = 200,
        headers: LoopbackHeaders = [:],
        body: [UInt8] = [],
        preamble: String = "",
        isChunked: Bool = false,
        closes: Bool = false,
        fault: Fault = .none
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.preamble = preamble
        self.isChunked = isChunked
        self.closes = closes
        self.fault = fault
    }

    /// A response with a text as its body.
    public init(status: Int = 200, headers: LoopbackHeaders = [:], text: String) {
        self.init(status: status, headers: headers, body: Array(text.utf8))
    }

    /// A tunnel to a port of 127.0.0.1.
    public init(tunnelTo port: Int) {
        self.init()
        tunnel = port
    }
}
