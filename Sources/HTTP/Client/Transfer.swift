import Synchronization
import SystemIO

/// The state of one transfer, used by libcurl's callbacks.
///
/// `@unchecked Sendable`: the thread that runs the transfer owns the variables; only the atomic `cancellation` is
/// shared.
final class Transfer: @unchecked Sendable {
    let request: HTTPRequest
    let address: HTTPAddress
    let body: HTTPBodyStream?

    /// Set by any thread; read by the thread that runs the transfer.
    private let cancellation = Atomic(false)

    /// The final head, once received.
    private(set) var head: HTTPResponseHead?

    /// The error that made a callback fail: of the sink, the source or the response's head.
    private(set) var failure: (any Error)?

    /// The bytes of the request's body that were passed to libcurl.
    private(set) var sent: Int64 = 0
    /// The received bytes of the response's body.
    private(set) var received: Int64 = 0
    /// The time for which the bandwidth limit delayed the transfer.
    private(set) var throttledTime = Duration.zero

    private let makeSink: HTTPResponseSink
    private var sink: (any ByteSink)?
    private var source: (any ByteSource)?
    private let limiter: RateLimiter?
    let secrets: SentSecrets?
    private var parser = ResponseHeadParser()
    private var remaining: Int64 = 0

    /// - Parameters:
    ///   - limiter: The bandwidth limit; `nil` for none.
    ///   - secrets: The secrets for the head's texts.
    init(
        _ request: HTTPRequest,
        _ address: HTTPAddress,
        _ sink: @escaping HTTPResponseSink,
        _ limiter: RateLimiter? = nil,
        secrets: SentSecrets? = nil
    ) {
        self.request = request
        self.address = address
        self.body = request.body.stream(for: request.method)
        self.makeSink = sink
        self.limiter = limiter
        self.secrets = secrets
    }

    /// Requests the end of the transfer.
    func cancel() {
        cancellation.store(true, ordering: .relaxed)
    }

    /// Whether the transfer was cancelled.
    var isCancelled: Bool { cancellation.load(ordering: .relaxed) }

    /// Receives a header line; `false` ends the transfer.
    func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        guard !isCancelled else { return false }
        do {
            if var head = try parser.consume(line) {
                head.secrets = secrets
                self.head = head
                sink = try makeSink(head)
            }
            return true
        } catch let fault as ResponseHeadParser.Fault {
            failure = HTTPError(.malformedResponse, fault.message(for: address.authority))
        } catch {
            failure = error
        }
        return false
    }

    /// Receives a piece of the body; `false` ends the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += Int64(bytes.count)
        guard throttle(bytes.count) else { return false }
        do {
            try sink?.append(bytes)
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Waits until `count` bytes may move; `false` ends the transfer.
    private func throttle(_ count: Int) -> Bool {
        if let limiter {
            throttledTime += limiter.throttle(count, isUrgent: request.totalSeconds != nil) { isCancelled }
        }
        return !isCancelled
    }

    /// Whether the transfer exceeds its time limit, not counting throttled time.
    ///
    /// - Parameter start: The start of the transfer.
    func isLate(since start: ContinuousClock.Instant) -> Bool {
        guard let seconds = request.totalSeconds else { return false }
        return start.duration(to: .now) - throttledTime > .seconds(seconds)
    }

    /// Rewinds the body; `false` ends the transfer.
    func rewind() -> Bool {
        guard let body else { return true }
        do {
            remaining = body.length
            source = try body.open()
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Rewinds the body, of which a part may have been sent; `false` ends the transfer.
    func rewindForRetry() -> Bool {
        guard let body, !body.isResendable, remaining < body.length else { return rewind() }
        failure = HTTPError(.interrupted, "the transfer with \(address.authority) broke off while the body was sent")
        return false
    }

    /// Reads the next bytes of the body into `buffer`; `nil` ends the transfer.
    func send(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let source else { return nil }
        let capacity = Int(min(Int64(min(buffer.count, limiter?.pieceSize ?? .max)), remaining))
        guard capacity > 0 else { return 0 }
        do {
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<capacity]))
            guard count > 0 else {
                throw HTTPError(
                    .bodyTooShort,
                    "the body for \(address.authority) ended \(remaining) bytes before its announced length"
                )
            }
            remaining -= Int64(count)
            sent += Int64(count)
            return throttle(count) ? count : nil
        } catch {
            failure = error
            return nil
        }
    }
}

extension ResponseHeadParser.Fault {
    fileprivate func message(for authority: String) -> String {
        switch self {
        case .tooLong: "\(authority) answered with more than \(ResponseHeadParser.limit) bytes of header fields"
        case .badStatusLine: "\(authority) answered with something that is not HTTP"
        }
    }
}
