import Glibc

/// A moment, to the millisecond.
package struct Timestamp: Sendable, CustomStringConvertible {
    /// Since 1970.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// RFC 3339 in UTC: `2024-05-17T09:30:00.250Z`.
    package var description: String { "\(secondText).\(padded(milliseconds % 1000, to: 3))Z" }

    /// The same without the milliseconds: `2024-05-17T09:30:00Z`.
    package var wholeSeconds: String { "\(secondText)Z" }

    private var secondText: String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = [(Int(parts.tm_year) + 1900, 4), (Int(parts.tm_mon) + 1, 2), (Int(parts.tm_mday), 2)]
        let time = [(Int(parts.tm_hour), 2), (Int(parts.tm_min), 2), (Int(parts.tm_sec), 2)]
        let text = { (parts: [(Int, Int)], separator: String) in
            parts.map { padded(Int64($0), to: $1) }.joined(separator: separator)
        }
        return "\(text(date, "-"))T\(text(time, ":"))"
    }
}

/// A number with zeros in front of it.
package func padded(_ number: Int64, to digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

extension Duration {
    /// Whole milliseconds.
    package var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
