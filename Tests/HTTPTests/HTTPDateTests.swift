import Testing

@testable import HTTP

/// Times in header fields (RFC 9110, section 5.6.7).
@Suite(.timeLimit(.minutes(1))) struct HTTPDateTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Tue, 29 Feb 2028 12:00:00 GMT", 1_835_438_400), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
    ])
    func allForms(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text) == seconds)
    }

    /// Some of these once trapped.
    @Test(arguments: [
        "Sun, 06 Nov 1994 9223372036854775807:00:00 GMT", "Sun, 06 Nov 1994 2562047788015216:00:00 GMT",
        "Sun, 06 Nov 1994 00:153722867280912931:00 GMT",
        "Sun, 06 Nov 9223372036854775807 08:49:37 GMT", "Sun, 06 Nov 10000 08:49:37 GMT",
        "Sun, 9223372036854775807 Nov 1994 08:49:37 GMT", "Tue, 31 Dec 1968 23:59:59 GMT", "", " ", ":::", "GMT",
    ])
    func invalidDates(text: String) {
        #expect(HTTPDate.parse(text) == nil)
        for headers: HTTPHeaders in [
            ["Retry-After": text], ["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": text],
        ] {
            let wait = HTTPResponseHead(status: 503, headers: headers).retryAfter(now: 784_111_700)
            #expect(wait == nil || wait == .seconds(77))
        }
    }
}
