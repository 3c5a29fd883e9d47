/// The estimated time until the end of a run. It counts down steadily, and changes only if a new estimate is far off.
struct TimeRemaining {
    private var end: ContinuousClock.Instant?

    /// Records a new estimate; `nil` if there is none.
    mutating func update(_ estimate: Duration?, at now: ContinuousClock.Instant) {
        guard let estimate else {
            end = nil
            return
        }
        let next = now + estimate
        if let end, end > now {
            let distance = end < next ? end.duration(to: next) : next.duration(to: end)
            if distance < max(.seconds(3), estimate / 8) { return }
        }
        end = next
    }

    /// The time until the end.
    func duration(from now: ContinuousClock.Instant) -> Duration? {
        end.map { max(.zero, now.duration(to: $0)) }
    }

    /// A duration for people, rounded more the longer it is: `40 s`, `12 min`, `3 h 20 min`.
    static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        switch seconds {
        case ..<20: return "\(max(1, seconds)) s"
        case ..<58: return "\((seconds + 2) / 5 * 5) s"
        case ..<3_570: return "\((seconds + 30) / 60) min"
        default:
            let minutes = (seconds + 150) / 300 * 5
            let hours = minutes / 60
            return minutes % 60 == 0 || hours >= 10 ? "\(hours) h" : "\(hours) h \(minutes % 60) min"
        }
    }
}
