/// The schedule of a bandwidth limit shared by all transfers, without clock and threads.
///
/// A token bucket, stored as the time at which all bytes so far are paid for. `take` returns how long the caller must
/// wait. Turns come in the order of the calls, so transfers that take pieces of the same size share the bandwidth
/// evenly.
struct RateSchedule {
    let bytesPerSecond: Double
    /// The bytes that may move at once after an idle period: a quarter of a second's worth.
    var burst: Double { bytesPerSecond / 4 }

    /// The time at which all taken bytes are paid for.
    private var paid: ContinuousClock.Instant?
    /// The time at which all urgent bytes are paid for.
    private var urgentPaid: ContinuousClock.Instant?

    init(bytesPerSecond: Int64) {
        self.bytesPerSecond = Double(bytesPerSecond)
    }

    /// Takes bytes from the bucket.
    ///
    /// - Parameter isUrgent: Whether the bytes wait only for other urgent bytes. The limit still holds, because bytes
    ///   that are not urgent wait for all.
    /// - Returns: The time to wait.
    mutating func take(_ count: Int, isUrgent: Bool = false, at now: ContinuousClock.Instant) -> Duration {
        let cost = Duration.seconds(Double(count) / bytesPerSecond)
        let earliest = now - .seconds(burst / bytesPerSecond)
        func after(_ instant: ContinuousClock.Instant?) -> ContinuousClock.Instant {
            max(instant ?? earliest, earliest) + cost
        }
        let all = after(paid)
        paid = all
        guard isUrgent else { return max(.zero, now.duration(to: all)) }
        let urgent = after(urgentPaid)
        urgentPaid = urgent
        return max(.zero, now.duration(to: urgent))
    }
}
