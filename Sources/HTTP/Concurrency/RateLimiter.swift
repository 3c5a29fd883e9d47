import Glibc
import Synchronization

/// Bandwidth limit for all transfers of a client.
final class RateLimiter: Sendable {
    private let schedule: Mutex<RateSchedule>
    /// The maximum number of bytes that a transfer moves at a time.
    let pieceSize: Int

    /// - Returns: `nil` if the configuration sets no limit.
    init?(_ configuration: HTTPClient.Configuration) {
        guard let rate = configuration.bytesPerSecond else { return nil }
        schedule = Mutex(RateSchedule(bytesPerSecond: rate))
        pieceSize = configuration.pieceSize
    }

    /// The interval at which a sleeping thread checks for cancellation, in microseconds.
    private static let slice: UInt32 = 100_000

    /// Blocks the calling thread until `count` bytes may move.
    ///
    /// - Parameter isCancelled: Whether to stop waiting.
    /// - Returns: The time waited.
    func throttle(_ count: Int, isUrgent: Bool, isCancelled: () -> Bool) -> Duration {
        let start = ContinuousClock.now
        let end = start + schedule.withLock { $0.take(count, isUrgent: isUrgent, at: start) }
        var now = start
        while now < end, !isCancelled() {
            let (seconds, attoseconds) = now.duration(to: end).components
            usleep(seconds > 0 ? Self.slice : min(Self.slice, UInt32(attoseconds / 1_000_000_000_000) + 1))
            now = .now
        }
        return start.duration(to: now)
    }
}

extension HTTPClient.Configuration {
    /// The bandwidth of one transfer when all threads are busy.
    private var share: Int64? { bytesPerSecond.map { $0 / Int64(max(1, threads)) } }

    /// The maximum number of bytes passed to or from libcurl at a time. With a bandwidth limit, about one second's
    /// worth, so that the peer does not time out.
    var pieceSize: Int {
        share.map { Int(min(max($0, 4 << 10), 512 << 10)) } ?? 512 << 10
    }

    /// Low-speed threshold: slower transfers are considered stalled. 1 byte/s if the bandwidth limit could cause it.
    var leastBytesPerSecond: Int {
        share.map { $0 < 4 << 10 ? 1 : 1 << 10 } ?? 1 << 10
    }
}
