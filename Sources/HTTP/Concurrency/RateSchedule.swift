/// When bytes may move so that all transfers together keep to a rate: the decisions only, without a clock and without threads.
///
/// It is a token bucket, kept as the instant at which all bytes so far are paid for. Whoever takes bytes is told how long to wait
/// before they may move. So turns come in the order in which they were taken, and transfers that take pieces of one size share the
/// rate evenly.
struct RateSchedule {
    /// In bytes.
    let bytesPerSecond: Double
    /// What may move at once after a while in which nothing did: that of a quarter of a second.
    var burst: Double { bytesPerSecond / 4 }

    /// When all bytes that were taken are paid for.
    private var paid: ContinuousClock.Instant?
    /// The same for those that were urgent alone.
    private var urgentPaid: ContinuousClock.Instant?

    init(bytesPerSecond: Int64) {
        self.bytesPerSecond = Double(bytesPerSecond)
    }

    /// Takes bytes.
    ///
    /// - Parameter isUrgent: whether they wait for other urgent ones only. The rate holds all the same, since those that are not
    ///   urgent wait for all.
    /// - Returns: how long they have to wait.
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
