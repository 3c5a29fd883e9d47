import TestSupport
import Testing

@testable import HTTP

/// For any head from a server, the client's values stay within bounds.
@Suite(.timeLimit(.minutes(2))) struct HeadPropertyTests {
    private static let dates = [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "120", "0.5",
    ]

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func dates(seed: UInt64) {
        let values = HostileText.values(Self.dates, seed: seed)
        for (text, other) in zip(values, values.reversed()) {
            if let seconds = HTTPDate.parse(text) { #expect((0...253_402_300_799).contains(seconds), "\(text)") }
            let head = HTTPResponseHead(status: 503, headers: ["Retry-After": text, "Date": other])
            if let wait = head.retryAfter(now: HTTPDate.now) {
                #expect((.zero ... .seconds(253_402_300_799)).contains(wait), "\(text) \(other)")
            }
            _ = HostHealth(head)
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func heads(seed: UInt64) {
        let lines = HostileText.values(
            [
                "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n", "Content-Length: 5\r\n", "A: b\r\n", " folded\r\n",
                "\r\n",
            ],
            seed: seed
        )
        var parser = ResponseHeadParser()
        for line in lines where !line.isEmpty {
            let head = Array(line.utf8).withUnsafeBytes { bytes in Result { try parser.consume(bytes) } }
            if case .success(let head?) = head {
                #expect((200...999).contains(head.status))
                #expect(head.headers.entries.reduce(0) { $0 + $1.value.utf8.count } <= ResponseHeadParser.limit)
            }
            if case .success(nil) = head { continue }
            parser = ResponseHeadParser()
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func addresses(seed: UInt64) {
        let urls = HostileText.values(
            [
                "https://reg.example.com:5000/v2/x?_state=a%2Fb+==", "http://[2001:db8::1]:80/", "http://127.1/",
                "https://me:secret@a.b/c?d#e",
            ],
            seed: seed
        )
        for url in urls {
            _ = RedactedURL.text(url)
            guard let address = try? HTTPAddress(url) else { continue }
            #expect(["http", "https"].contains(address.scheme))
            #expect((0...65_535).contains(address.port), "\(url)")
            #expect(!address.host.isEmpty, "\(url)")
        }
    }
}
