import HTTP
import Testing

@testable import Registry

/// Many requests to one host, with a simulated clock.
@Suite(.timeLimit(.minutes(1))) struct HostRetryBudgetTests {
    private typealias Instant = ContinuousClock.Instant

    private static let start = ContinuousClock.now
    private static let patience = RetryPolicy(duration: .seconds(300))

    /// Requests sent by a few workers, each until it succeeds or is given up.
    private struct Run {
        /// The duration of a request.
        var latency = Duration.milliseconds(100)
        var workers = 4
        /// The host's response at a time after the start; `nil` for a response other than a failure.
        var answer: (_ item: Int, _ kind: HostRetryBudget.RequestKind, _ time: Duration) -> HTTPError?

        struct Result {
            var failed: [Int: HTTPError] = [:]
            var requests = 0
            var end = Duration.zero
        }

        private struct Worker {
            var now = start
            var item: Int?
            var course = RetryPolicy.RetryState(patience, at: start)
            var isProbe = false
        }

        /// - Parameter kinds: The kinds of the requests, in order.
        func result(_ kinds: [HostRetryBudget.RequestKind]) -> Result {
            var result = Result()
            var host = HostRetryBudget()
            var next = 0
            var workers = Array(repeating: Worker(), count: workers)
            while let index = workers.indices.min(by: { workers[$0].now < workers[$1].now }) {
                var worker = workers[index]
                defer { workers[index] = worker }
                guard let item = worker.item else {
                    guard next < kinds.count else {
                        result.end = max(result.end, start.duration(to: worker.now))
                        worker.now += .seconds(1 << 40)
                        if workers.indices.allSatisfy({ $0 == index || workers[$0].now > start + .seconds(1 << 39) }) {
                            return result
                        }
                        continue
                    }
                    worker.item = next
                    worker.course = RetryPolicy.RetryState(patience, at: worker.now)
                    next += 1
                    continue
                }
                let kind = kinds[item]
                if worker.course.isFresh {
                    switch host.begin(kind, patience, at: worker.now) {
                    case .go: break
                    case .probe: worker.isProbe = true
                    case .wait:
                        worker.now += .milliseconds(1)
                        continue
                    case .refused(let cause):
                        result.failed[item] = cause
                        worker.item = nil
                        continue
                    }
                }
                result.requests += 1
                let cause = answer(item, kind, start.duration(to: worker.now))
                worker.now += latency
                guard let cause else {
                    host.answer(kind, at: worker.now)
                    (worker.item, worker.isProbe) = (nil, false)
                    continue
                }
                if host.fail(kind, cause, isProbe: worker.isProbe, patience, at: worker.now) { worker.isProbe = false }
                let standing = host.standing(kind, isProbe: worker.isProbe)
                if let wait = worker.course.wait(after: cause, standing, at: worker.now) {
                    worker.now += wait
                } else {
                    result.failed[item] = cause
                    worker.item = nil
                }
            }
            return result
        }
    }

    private static let away = HTTPError(.refused, "it refused the connection")
    private static let failure = HTTPError(.interrupted, "it keeps answering 502")
    private static let downloads = [HostRetryBudget.RequestKind](repeating: .download, count: 600)

    @Test(arguments: [1, 4, 16], [away, failure])
    func permanentFailureCostsTheTimeLimitOnce(workers: Int, cause: HTTPError) {
        let run = Run(workers: workers) { item, _, _ in item < 300 ? nil : cause }
        let result = run.result(Self.downloads)
        #expect(result.failed.keys.sorted() == Array(300..<600))
        #expect(result.failed.values.allSatisfy { $0 == cause })
        #expect(result.end < .seconds(400), "\(result.end)")
        #expect(result.requests < 300 + workers * 30, "\(result.requests)")
    }

    @Test func outageCostsTheTimeLimitOnce() {
        let run = Run(latency: .seconds(30)) { _, _, _ in Self.failure }
        #expect(run.result(Self.downloads).end < .seconds(500))
    }

    @Test func kindsThatFailTogetherShareTheTimeLimit() {
        let kinds = (0..<600).map { [HostRetryBudget.RequestKind.blobCheck, .upload, .manifestPush][$0 % 3] }
        let run = Run(workers: 1) { _, _, time in time < .seconds(10) ? nil : Self.failure }
        let result = run.result(kinds)
        #expect(result.failed.count > 400)
        #expect(result.end < .seconds(400), "\(result.end)")
    }

    @Test(arguments: [1, 4])
    func failingKindIsGivenUpWhileOthersSucceed(workers: Int) {
        let kinds = (0..<600).map { [HostRetryBudget.RequestKind.manifest, .download][$0 % 2] }
        let run = Run(workers: workers) { _, kind, _ in kind == .download ? Self.failure : nil }
        let result = run.result(kinds)
        #expect(result.failed.count == 300)
        #expect(result.failed.keys.allSatisfy { $0 % 2 == 1 })
        // One probe per 30 seconds of the others' time.
        #expect(result.end < .seconds(400), "\(result.end)")
    }

    @Test(arguments: [1, 4, 16])
    func hostThatRecoversInTimeLosesNothing(workers: Int) {
        let run = Run(workers: workers) { _, _, time in
            time > .seconds(10) && time < .seconds(305) ? Self.away : nil
        }
        let result = run.result(Self.downloads)
        #expect(result.failed.isEmpty)
        #expect(result.end < .seconds(400))
    }

    @Test func hostThatRecoversLateServesTheRest() {
        let run = Run { item, kind, time in
            kind == .download && time < .seconds(305) ? Self.failure : nil
        }
        let kinds = (0..<4000).map { $0 < 400 ? HostRetryBudget.RequestKind.download : .manifest } + Self.downloads
        let result = run.result(kinds)
        #expect(result.failed.count == 400)
    }

    @Test(arguments: [1, 4])
    func hostThatFailsAtRandomLosesNothing(workers: Int) {
        var random = SplitMix(state: 7)
        let run = Run(workers: workers) { _, _, _ in Int.random(in: 0..<3, using: &random) == 0 ? Self.failure : nil }
        #expect(run.result(Self.downloads).failed.isEmpty)
    }

    @Test func permanentFailureOfOneBlobIsIsolated() {
        let run = Run { item, _, _ in item % 20 == 10 ? Self.failure : nil }
        let result = run.result(Self.downloads)
        #expect(result.failed.keys.sorted() == stride(from: 10, to: 600, by: 20).map(\.self))
        #expect(result.end < .seconds(30 * 63), "\(result.end)")
    }

    /// All workers are busy with permanent failures, so nothing else is requested until the time limit.
    @Test(arguments: [1, 4])
    func permanentFailuresOnAllWorkersAreIsolated(workers: Int) {
        let run = Run(workers: workers) { item, _, _ in item < workers ? Self.failure : nil }
        let result = run.result(Self.downloads)
        #expect(result.failed.keys.sorted() == Array(0..<workers))
    }

    /// A host at a number of seconds after the start.
    private final class Host {
        var value = HostRetryBudget()

        func begin(
            _ kind: HostRetryBudget.RequestKind = .download,
            mayProbe: Bool = true,
            at seconds: Int
        ) -> HostRetryBudget.Admission {
            value.begin(kind, mayProbe: mayProbe, patience, at: start + .seconds(seconds))
        }

        @discardableResult
        func fail(
            _ cause: HTTPError,
            _ kind: HostRetryBudget.RequestKind = .download,
            isProbe: Bool = false,
            at seconds: Int
        ) -> Bool {
            value.fail(kind, cause, isProbe: isProbe, patience, at: start + .seconds(seconds))
        }
    }

    @Test(
        arguments: [
            (.refused, false, 31, true), (.refused, false, 29, false), (.unresolvedHost, false, 31, true),
            (.proxyUnavailable, false, 31, true), (.timedOut, false, 299, false), (.refused, true, 299, false),
            (.refused, true, 301, true),
        ] as [(HTTPError.Code, Bool, Int, Bool)]
    )
    func hostThatNeverRespondedIsGivenUpSoon(code: HTTPError.Code, hasAnswered: Bool, seconds: Int, isGivenUp: Bool) {
        let host = Host()
        let cause = HTTPError(code, "x")
        if hasAnswered { host.value.answer(.ping, at: Self.start) }
        host.fail(cause, at: 0)
        let admission = host.begin(at: seconds)
        #expect(admission == (isGivenUp ? .probe : .go))
    }

    @Test func probeDecidesForAllRequests() {
        let host = Host()
        host.fail(Self.failure, at: 0)
        #expect(host.begin(mayProbe: false, at: 300) == .refused(Self.failure))
        #expect(host.begin(at: 300) == .probe)
        #expect(host.begin(at: 300) == .wait)
        // A cancelled probe leaves the decision to the next.
        host.value.release(.download)
        #expect(host.begin(at: 301) == .probe)
        #expect(!host.fail(Self.away, isProbe: true, at: 302))
        #expect(host.value.standing(.download, isProbe: true).end == nil, "it has more than one try")
        #expect(!host.fail(Self.away, isProbe: true, at: 303))
        #expect(host.begin(at: 303) == .wait)
        #expect(host.fail(Self.away, isProbe: true, at: 304))
        #expect(host.begin(at: 304) == .refused(Self.away))
        #expect(host.begin(at: 333) == .refused(Self.away))
        #expect(host.begin(at: 334) == .probe)
        host.value.answer(.download, at: Self.start + .seconds(335))
        #expect(host.begin(at: 335) == .go)
        #expect(host.value.standing(.download).end == nil)
        #expect(host.value.standing(.download).lastAnswer == Self.start + .seconds(335))
    }

    /// A large blob may take longer than the time limit.
    @Test func longProbeIsNotTheOnlyOne() {
        let host = Host()
        host.fail(Self.failure, at: 0)
        #expect(host.begin(at: 300) == .probe)
        #expect(host.begin(at: 329) == .wait)
        #expect(host.begin(at: 330) == .probe)
        #expect(host.begin(at: 331) == .wait)
    }

    /// A ping is part of another request, which waits for it.
    @Test func pingDoesNotWaitForItsOwnProbe() {
        let host = Host()
        host.fail(Self.failure, .manifest, at: 0)
        #expect(host.begin(.manifest, at: 300) == .probe)
        #expect(host.begin(.manifest, at: 300) == .wait)
        #expect(host.begin(.ping, at: 300) == .go)
        #expect(host.begin(.token, at: 300) == .go)
    }
}

/// A deterministic random number generator (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
