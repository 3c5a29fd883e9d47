import Synchronization

/// One transfer: what libcurl's callbacks work on.
///
/// It is unchecked `Sendable` because its variables belong to the thread that runs the transfer; only the flag is shared.
final class Transfer: @unchecked Sendable {
    let request: HTTPRequest
    let address: HTTPAddress
    let source: (any HTTPBodySource)?

    /// Set by any thread, seen by the one that runs the transfer.
    private let cancellation = Atomic(false)

    /// The final head, once it is there.
    private(set) var head: HTTPResponseHead?

    /// What the sink or the source threw, or what was wrong with the response. It explains why a callback refused.
    private(set) var failure: (any Error)?

    /// How many bytes of the request's body were given to libcurl.
    private(set) var sent: Int64 = 0
    /// How many bytes of the answer's body came.
    private(set) var received: Int64 = 0
    /// How long it was held back to keep to a rate.
    private(set) var timeHeldBack = Duration.zero

    private let sink: any HTTPResponseSink
    private let limiter: RateLimiter?
    let secrets: SentSecrets?
    private var parser = ResponseHeadParser()
    private var remaining: Int64 = 0

    /// - Parameters:
    ///   - limiter: holds back what it moves; `nil` for nothing.
    ///   - secrets: the secrets of the head that the sink gets.
    init(
        _ request: HTTPRequest,
        _ address: HTTPAddress,
        _ sink: any HTTPResponseSink,
        _ limiter: RateLimiter? = nil,
        secrets: SentSecrets? = nil
    ) {
        self.request = request
        self.address = address
        self.source = request.body.source(for: request.method)
        self.sink = sink
        self.limiter = limiter
        self.secrets = secrets
    }

    /// Has the transfer end as soon as it can.
    func cancel() {
        cancellation.store(true, ordering: .relaxed)
    }

    /// Whether it was told to end.
    var isCancelled: Bool { cancellation.load(ordering: .relaxed) }

    /// Takes a header line; `false` ends the transfer.
    func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        guard !isCancelled else { return false }
        do {
            if var head = try parser.consume(line) {
                head.secrets = secrets
                self.head = head
                try sink.begin(head)
            }
            return true
        } catch let fault as ResponseHeadParser.Fault {
            failure = HTTPError(.malformedResponse, fault.message(for: address.authority))
        } catch {
            failure = error
        }
        return false
    }

    /// Takes a piece of the body; `false` ends the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += Int64(bytes.count)
        guard hold(bytes.count) else { return false }
        do {
            try sink.receive(bytes)
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Waits until so many bytes may move; `false` ends the transfer.
    private func hold(_ count: Int) -> Bool {
        if let limiter {
            timeHeldBack += limiter.hold(count, isUrgent: request.totalSeconds != nil) { isCancelled }
        }
        return !isCancelled
    }

    /// Whether the transfer has taken longer than the request allows, what it was held back aside.
    ///
    /// - Parameter begin: when it was begun.
    func isLate(since begin: ContinuousClock.Instant) -> Bool {
        guard let seconds = request.totalSeconds else { return false }
        return begin.duration(to: .now) - timeHeldBack > .seconds(seconds)
    }

    /// Goes back to the start of the body; `false` ends the transfer.
    func rewind() -> Bool {
        guard let source else { return true }
        do {
            remaining = source.length
            try source.rewind()
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Goes back to the start of the body, of which a part may have been sent; `false` ends the transfer.
    func sendAnew() -> Bool {
        guard let source, !source.isSentAnew, remaining < source.length else { return rewind() }
        failure = HTTPError(.interrupted, "the transfer with \(address.authority) broke off while the body was sent")
        return false
    }

    /// Puts the next bytes of the body into the buffer; `nil` ends the transfer.
    func send(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let source else { return nil }
        let room = Int(min(Int64(min(buffer.count, limiter?.pieceSize ?? .max)), remaining))
        guard room > 0 else { return 0 }
        do {
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
            guard count > 0 else {
                throw HTTPError(
                    .bodyTooShort,
                    "the body for \(address.authority) ended \(remaining) bytes before its announced length"
                )
            }
            remaining -= Int64(count)
            sent += Int64(count)
            return hold(count) ? count : nil
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
