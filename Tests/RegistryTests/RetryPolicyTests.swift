import HTTP
import Testing

@testable import Registry

@Suite(.timeLimit(.minutes(5))) struct RetryPolicyTests {
    static let policy = RetryPolicy(attempts: 4, firstDelay: 1, longestDelay: 3, longestRetryAfter: 60)

    /// The wait must lie in the range; `nil` where nothing is tried again.
    @Test(
        arguments: [
            ("a success is final", 200, "", "", 1, nil),
            ("so is a redirect", 307, "", "", 1, nil),
            ("what is wrong stays wrong", 400, "", "", 1, nil),
            ("a login is asked for elsewhere", 401, "", "", 1, nil),
            ("nor does it appear", 404, "", "", 1, nil),
            ("too slow", 408, "", "", 1, 0.75...1.25),
            ("too many", 429, "", "", 1, 0.75...1.25),
            ("a server that stumbled", 500, "", "", 1, 0.75...1.25),
            ("does not know how", 501, "", "", 1, nil),
            ("a gateway", 502, "", "", 1, 0.75...1.25),
            ("busy", 503, "", "", 1, 0.75...1.25),
            ("a slow gateway", 504, "", "", 1, 0.75...1.25),
            ("the second wait is twice as long", 503, "", "", 2, 1.5...2.5),
            ("but never longer than the longest", 503, "", "", 3, 2.25...3.75),
            ("the last try", 503, "", "", 4, nil),
            ("as long as it asks for", 429, "7", "", 1, 7...7),
            ("not at once even if it says so", 429, "0", "", 1, 0.05...0.05),
            ("as long as is sensible", 429, "60", "", 1, 60...60),
            ("longer is a refusal", 429, "61", "", 1, nil),
            ("a date is not read", 429, "Wed, 21 Oct 2026 07:28:00 GMT", "", 1, 0.75...1.25),
            ("nor what is no time", 503, "-1", "", 1, 0.75...1.25),
            ("nor this", 503, "nan", "", 1, 0.75...1.25),
            ("for ever is a refusal", 503, "inf", "", 1, nil),
            ("the Hub counts over hours", 429, "1", "You have reached your pull rate limit.", 1, nil),
        ] as [(String, Int, String, String, Int, ClosedRange<Double>?)]
    )
    func answers(
        reason: String,
        status: Int,
        retryAfter: String,
        body: String,
        attempt: Int,
        wait: ClosedRange<Double>?
    ) {
        let headers = HTTPHeaders(retryAfter.isEmpty ? [] : [("Retry-After", retryAfter)])
        let response = HTTPResponse(head: HTTPResponseHead(status: status, headers: headers), body: Array(body.utf8))
        let delay = Self.policy.delay(after: response, attempt: attempt)
        if let wait, let delay { #expect(wait.contains(delay)) } else { #expect((delay == nil) == (wait == nil)) }
    }

    @Test(
        arguments: [
            (.interrupted, true), (.timedOut, true), (.refused, true), (.unreachable, true), (.malformedResponse, true),
            (.tls, false), (.unresolvedHost, false), (.badURL, false), (.badHeader, false), (.proxy, false),
            (.bodyTooLarge, false), (.bodyTooShort, false), (.failed, false),
        ] as [(HTTPError.Code, Bool)]
    )
    func broken(code: HTTPError.Code, isTriedAgain: Bool) {
        let error = HTTPError(code, "x")
        #expect((Self.policy.delay(after: error, attempt: 1) != nil) == isTriedAgain)
        #expect(Self.policy.delay(after: error, attempt: 4) == nil)
    }

    @Test func aPolicyOfOneTryDoesNotWait() {
        let policy = RetryPolicy(attempts: 1)
        #expect(policy.delay(after: HTTPError(.interrupted, "x"), attempt: 1) == nil)
    }
}
