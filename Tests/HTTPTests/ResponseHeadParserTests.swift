import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct ResponseHeadParserTests {
    struct Row: Sendable {
        let lines: [String]
        let expected: String?
        let why: String
    }

    @Test(arguments: [
        Row(lines: ["HTTP/1.1 200 OK\r\n", "A: b\r\n", "\r\n"], expected: "200 A=b", why: "an ordinary head"),
        Row(lines: ["HTTP/1.1 200\r\n", "\r\n"], expected: "200", why: "the reason may be missing"),
        Row(lines: ["HTTP/2 404 \r\n", "\r\n"], expected: "404", why: "libcurl writes HTTP/2 this way"),
        Row(lines: ["HTTP/1.1 200 OK\n", "A:b\n", "\n"], expected: "200 A=b", why: "bare line feeds, no blank"),
        Row(
            lines: ["HTTP/1.1 200 OK\r\n", "A:  b c \t\r\n", "\r\n"],
            expected: "200 A=b c",
            why: "blanks around a value"
        ),
        Row(lines: ["HTTP/1.1 200 OK\r\n", "A:\r\n", "\r\n"], expected: "200 A=", why: "an empty value"),
        Row(
            lines: ["HTTP/1.1 200 OK\r\n", "A: b:c\r\n", "\r\n"],
            expected: "200 A=b:c",
            why: "only the first colon parts"
        ),
        Row(
            lines: ["HTTP/1.1 200 OK\r\n", "A: b\r\n", "  c\r\n", "\r\n"],
            expected: "200 A=b c",
            why: "a folded line"
        ),
        Row(lines: ["HTTP/1.1 200 OK\r\n", "no colon\r\n", "\r\n"], expected: "200", why: "a line that is no field"),
        Row(lines: ["HTTP/1.1 200 OK\r\n", "A: b\r\n"], expected: nil, why: "the head goes on"),
        Row(
            lines: ["HTTP/1.1 100 Continue\r\n", "A: b\r\n", "\r\n", "HTTP/1.1 201 Created\r\n", "C: d\r\n", "\r\n"],
            expected: "201 C=d",
            why: "an interim head is dropped"
        ),
        Row(
            lines: ["HTTP/1.1 200 OK\r\n", "\r\n", "Trailer: x\r\n", "\r\n"],
            expected: "200",
            why: "trailers are dropped"
        ),
    ])
    func heads(_ row: Row) throws {
        var parser = ResponseHeadParser()
        var heads: [HTTPResponseHead] = []
        for line in row.lines {
            if let head = try Array(line.utf8).withUnsafeBytes({ try parser.consume($0) }) { heads.append(head) }
        }
        let reported = heads.map { head in
            ([String(head.status)] + head.headers.entries.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
        }
        #expect(reported == (row.expected.map { [$0] } ?? []), "\(row.why)")
    }

    @Test(arguments: ["HTTP/1.1 OK\r\n", "HTTP/1.1\r\n", "200 OK\r\n", "HTTP/1.1 99999999999999999999 OK\r\n"])
    func badStatusLines(_ line: String) {
        var parser = ResponseHeadParser()
        #expect(throws: ResponseHeadParser.Fault.badStatusLine) {
            try Array(line.utf8).withUnsafeBytes { try parser.consume($0) }
        }
    }

    @Test func allLinesTogetherAreLimited() throws {
        var parser = ResponseHeadParser()
        let status = Array("HTTP/1.1 200 OK\r\n".utf8)
        let fill = Array("A: \(String(repeating: "b", count: ResponseHeadParser.limit - status.count - 5))\r\n".utf8)
        #expect(try status.withUnsafeBytes { try parser.consume($0) } == nil)
        #expect(try fill.withUnsafeBytes { try parser.consume($0) } == nil, "the limit itself is taken")
        #expect(throws: ResponseHeadParser.Fault.tooLong) {
            try [UInt8](" ".utf8).withUnsafeBytes { try parser.consume($0) }
        }
    }
}
