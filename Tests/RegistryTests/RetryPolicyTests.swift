import HTTP
import Testing

@testable import Registry

@Suite(.timeLimit(.minutes(5))) struct RetryPolicyTests {
    private static let patience = RetryPolicy(
        duration: .seconds(100),
        unknownHostDuration: .seconds(30),
        firstWait: .seconds(1),
        longestWait: .seconds(8)
    )
    private static let start = ContinuousClock.now
    /// 2026-10-21 07:27:00.
    private static let date: Int64 = 1_792_567_620

    private static func response(_ status: Int, _ headers: HTTPHeaders = [:], body: String = "") -> HTTPResponse {
        HTTPResponse(head: HTTPResponseHead(status: status, headers: headers), body: Array(body.utf8))
    }

    /// A retry state that starts at the beginning; times are in seconds after that.
    private final class RetryAttempts {
        private var course: RetryPolicy.RetryState

        init(isRetried: Bool = true) {
            course = RetryPolicy.RetryState(RetryPolicyTests.patience, isRetried: isRetried, at: start)
        }

        func progress(at seconds: Int) { course.progress(at: start + .seconds(seconds)) }

        func wait(after response: HTTPResponse, at seconds: Int = 0) -> Duration? {
            course.wait(after: response, at: start + .seconds(seconds), date: date)
        }

        func wait(after response: HTTPResponse, at now: ContinuousClock.Instant) -> Duration? {
            course.wait(after: response, at: now, date: date)
        }

        func wait(
            after error: HTTPError,
            _ standing: HostRetryBudget.Standing = .init(),
            at seconds: Int = 0
        ) -> Duration? {
            course.wait(after: error, standing, at: start + .seconds(seconds))
        }
    }

    /// Returns the wait of a new state after a response, `seconds` after its start.
    private static func wait(after response: HTTPResponse, at seconds: Int = 0) -> Duration? {
        RetryAttempts().wait(after: response, at: seconds)
    }

    @Test(arguments: [200, 206, 307, 400, 401, 403, 404, 405, 407, 413, 416, 501])
    func finalFailures(status: Int) {
        #expect(Self.wait(after: Self.response(status)) == nil)
    }

    @Test(arguments: [408, 425, 429, 499, 500, 502, 503, 504, 507, 520, 599])
    func transientFailures(status: Int) throws {
        let wait = try #require(Self.wait(after: Self.response(status)))
        #expect((.seconds(0.75)...(.seconds(1.25))).contains(wait))
    }

    @Test(
        arguments: [
            ("as long as it asks for", "7", [:], .seconds(7)),
            ("not at once even if it says so", "0", [:], .milliseconds(50)),
            ("as long as there is patience", "100", [:], .seconds(100)),
            ("longer is a refusal", "101", [:], nil),
            ("for ever too", "inf", [:], nil),
            ("a date", "Wed, 21 Oct 2026 07:28:00 GMT", [:], .seconds(60)),
            (
                "by the clock of the host", "Wed, 21 Oct 2026 07:28:00 GMT", ["Date": "Wed, 21 Oct 2026 07:27:50 GMT"],
                .seconds(10)
            ),
            ("of the old form", "Wednesday, 21-Oct-26 07:28:00 GMT", [:], .seconds(60)),
            ("as C writes it", "Wed Oct 21 07:28:00 2026", [:], .seconds(60)),
            ("one that has passed", "Wed, 21 Oct 2026 07:00:00 GMT", [:], .milliseconds(50)),
            ("next year is a refusal", "Thu, 21 Oct 2027 07:28:00 GMT", [:], nil),
        ] as [(String, String, [String: String], Duration?)]
    )
    func retryAfter(reason: String, field: String, more: [String: String], wait: Duration?) {
        let headers = HTTPHeaders([("Retry-After", field)] + more.map { ($0.key, $0.value) })
        #expect(Self.wait(after: Self.response(429, headers)) == wait)
        #expect(Self.wait(after: Self.response(503, headers)) == wait)
    }

    @Test(arguments: [
        "-1", "nan", "soon", "Wed, 32 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 4611686018427387904:28:00 GMT",
        "Wed, 21 Oct 9223372036854775807 07:28:00 GMT", "",
    ])
    func invalidTimes(field: String) throws {
        let wait = try #require(Self.wait(after: Self.response(503, ["Retry-After": field])))
        #expect((.seconds(0.75)...(.seconds(1.25))).contains(wait))
    }

    @Test func hubRateLimitIsNotRetried() {
        let body = "You have reached your pull rate limit."
        #expect(Self.wait(after: Self.response(429, body: body)) == nil)
        #expect(Self.wait(after: Self.response(429, ["Retry-After": "9"], body: body)) == .seconds(9))
    }

    @Test func waitsGrowUntilTheTimeLimit() throws {
        let course = RetryAttempts()
        var now = Self.start
        var waits: [Duration] = []
        while let wait = course.wait(after: Self.response(503), at: now) {
            waits.append(wait)
            now += wait
        }
        for (wait, whole) in zip(waits, [1, 2, 4, 8, 8, 8]) {
            #expect((.seconds(0.75 * Double(whole))...(.seconds(1.25 * Double(whole)))).contains(wait))
        }
        #expect(now == Self.start + .seconds(100), "the last try is made at the very end")
    }

    @Test func progressResetsTheAttempts() throws {
        let course = RetryAttempts()
        for second in [0, 50, 99] {
            _ = course.wait(after: HTTPError(.interrupted, "x"), at: second)
        }
        course.progress(at: 99)
        let wait = try #require(course.wait(after: HTTPError(.interrupted, "x"), at: 198))
        #expect(wait <= .seconds(1))
        #expect(course.wait(after: HTTPError(.interrupted, "x"), at: 199) == nil)
    }

    @Test func queueTimeDoesNotCount() {
        var head = HTTPResponseHead(status: 503)
        head.queueTime = .seconds(60)
        #expect(Self.wait(after: HTTPResponse(head: head), at: 159) != nil)
        #expect(Self.wait(after: HTTPResponse(head: head), at: 160) == nil)
        var error = HTTPError(.interrupted, "x")
        error.queueTime = .seconds(60)
        let course = RetryAttempts()
        #expect(course.wait(after: error, at: 159) != nil)
        #expect(course.wait(after: error, at: 219) != nil)
        #expect(course.wait(after: error, at: 280) == nil)
        // It postpones the end, but does not affect what follows.
        error.queueTime = .seconds(1000)
        let held = RetryAttempts()
        #expect(held.wait(after: error, at: 1000) != nil)
        error.queueTime = .zero
        #expect(held.wait(after: error, at: 1101) == nil)
    }

    @Test(
        arguments: [
            (.interrupted, true), (.timedOut, true), (.refused, true), (.unreachable, true), (.malformedResponse, true),
            (.unresolvedHost, true), (.proxyUnavailable, true), (.tls, false), (.badURL, false), (.badHeader, false),
            (.proxy, false), (.bodyTooLarge, false), (.bodyTooShort, false), (.failed, false),
        ] as [(HTTPError.Code, Bool)]
    )
    func broken(code: HTTPError.Code, isTriedAgain: Bool) {
        let course = RetryAttempts()
        #expect((course.wait(after: HTTPError(code, "x")) != nil) == isTriedAgain)
        #expect(course.wait(after: HTTPError(code, "x"), at: 100) == nil)
    }

    @Test func timeLimitOfTheHostEndsTheAttempts() {
        let course = RetryAttempts()
        let standing = HostRetryBudget.Standing(end: Self.start + .seconds(3))
        let error = HTTPError(.refused, "x")
        for _ in 0..<5 { _ = course.wait(after: error, standing) }
        #expect(course.wait(after: error, standing, at: 2) == .seconds(1))
        #expect(course.wait(after: error, standing, at: 3) == nil)
    }

    @Test func failureOfASingleRequestTakesAFifthOfTheTimeLimit() {
        var course = RetryPolicy.RetryState(Self.patience, at: Self.start)
        var now = Self.start
        var tries = 1
        while let wait = course.wait(
            after: Self.response(500),
            HostRetryBudget.Standing(lastAnswer: now),
            at: now,
            date: Self.date
        ) {
            now += wait
            tries += 1
        }
        #expect(tries == 32)
        #expect(now < Self.start + .seconds(22))
    }

    @Test func requestedBackOffIsNotAFailureOfOneRequest() {
        var course = RetryPolicy.RetryState(Self.patience, at: Self.start)
        let busy = Self.response(503, ["Retry-After": "1"])
        for second in 0..<99 {
            let now = Self.start + .seconds(second)
            let wait = course.wait(after: busy, HostRetryBudget.Standing(lastAnswer: now), at: now, date: Self.date)
            #expect(wait == .seconds(1))
        }
    }

    @Test func oneAttemptOnly() {
        let course = RetryAttempts(isRetried: false)
        #expect(course.wait(after: HTTPError(.refused, "x")) == nil)
    }
}
