import SystemIO

/// Parses the final head of a response from libcurl's header lines.
///
/// Heads of 1xx responses and trailers are skipped.
struct ResponseHeadParser {
    /// The maximum size of all lines before the body. libcurl 7.88 limits only a single line.
    static let limit = 256 * 1024

    /// An error in the head.
    enum Fault: Error {
        case tooLong
        case badStatusLine
    }

    private var status = 0
    private var headers = HTTPHeaders()
    private var size = 0
    private var isComplete = false

    /// Parses one line with its line end.
    ///
    /// - Returns: The head, if `line` completes it.
    mutating func consume(_ line: UnsafeRawBufferPointer) throws(Fault) -> HTTPResponseHead? {
        guard !isComplete else { return nil }
        size += line.count
        guard size <= Self.limit else { throw .tooLong }

        let text = line.trimming(while: Self.isWhitespace)
        if text.isEmpty {
            return finish()
        }
        if status == 0 {
            status = try Self.status(of: text)
        } else if Self.isWhitespace(line[0]) {
            headers.extendLast(with: String(decoding: text, as: UTF8.self))
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            headers.add(
                String(decoding: text[..<colon], as: UTF8.self),
                String(decoding: text[(colon + 1)...].trimming(while: Self.isWhitespace), as: UTF8.self)
            )
        }
        return nil
    }

    private mutating func finish() -> HTTPResponseHead? {
        let head = HTTPResponseHead(status: status, headers: headers)
        status = 0
        headers = HTTPHeaders()
        guard head.status >= 200 else { return nil }
        isComplete = true
        return head
    }

    /// Parses the status code in `HTTP/1.1 200 OK` (RFC 9112, section 4).
    private static func status(of line: Slice<UnsafeRawBufferPointer>) throws(Fault) -> Int {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true)
        guard parts.count >= 2, line.starts(with: "HTTP/".utf8),
            let status = Int(String(decoding: parts[1], as: UTF8.self)), (100...999).contains(status)
        else { throw .badStatusLine }
        return status
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }
}
