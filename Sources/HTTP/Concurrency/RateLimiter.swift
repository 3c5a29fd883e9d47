import Glibc
import Synchronization

/// Holds back the transfers of a client so that together they keep to a rate.
final class RateLimiter: Sendable {
    private let schedule: Mutex<RateSchedule>
    /// The most bytes that a transfer takes at a time.
    let pieceSize: Int

    /// - Returns: `nil` where the configuration sets no rate.
    init?(_ configuration: HTTPClient.Configuration) {
        guard let rate = configuration.bytesPerSecond else { return nil }
        schedule = Mutex(RateSchedule(bytesPerSecond: rate))
        pieceSize = configuration.pieceSize
    }

    /// How long a thread sleeps before it looks whether its transfer was cancelled, in microseconds.
    private static let slice: UInt32 = 100_000

    /// Blocks the calling thread until so many bytes may move.
    ///
    /// - Parameter isCancelled: whether it need not wait any longer.
    /// - Returns: how long that took.
    func hold(_ count: Int, isUrgent: Bool, isCancelled: () -> Bool) -> Duration {
        let begin = ContinuousClock.now
        let end = begin + schedule.withLock { $0.take(count, isUrgent: isUrgent, at: begin) }
        var now = begin
        while now < end, !isCancelled() {
            let (seconds, attoseconds) = now.duration(to: end).components
            usleep(seconds > 0 ? Self.slice : min(Self.slice, UInt32(attoseconds / 1_000_000_000_000) + 1))
            now = .now
        }
        return begin.duration(to: now)
    }
}

extension HTTPClient.Configuration {
    /// What a transfer may move in a second where all threads move something.
    private var share: Int64? { bytesPerSecond.map { $0 / Int64(max(1, threads)) } }

    /// The most bytes that go to or come from libcurl at a time. Where a rate is set, that is about what moves in a second, so
    /// that the other end does not wait long for a sign of life.
    var pieceSize: Int {
        share.map { Int(min(max($0, 4 << 10), 512 << 10)) } ?? 512 << 10
    }

    /// Fewer bytes a second count as standing still. A transfer that is held back below that stands still only where nothing moves.
    var leastBytesPerSecond: Int {
        share.map { $0 < 4 << 10 ? 1 : 1 << 10 } ?? 1 << 10
    }
}
