import Glibc

/// A point in time with nanoseconds, and the UTC offset of its text (RFC 3339).
package struct Timestamp: Sendable, Equatable, CustomStringConvertible {
    /// Seconds since 1970, rounded down.
    package let seconds: Int64
    private let nanoseconds: Int
    /// Seconds east of UTC.
    private var offset = 0

    package init(seconds: Int64, nanoseconds: Int = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: time.tv_nsec)
    }

    /// Parses a time as Go's `time.Time.UnmarshalJSON` does. Digits below a nanosecond are dropped.
    ///
    /// - Returns: `nil` if Go reports an error.
    package init?(_ text: String) {
        let date = String(decoding: text.utf8.prefix(19), as: UTF8.self)
        let numbers = date.utf8.split { !$0.isDigit }.compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 6 else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        let seconds = Int64(timegm(&parts))
        // `timegm` makes March 1 of February 30.
        guard Self.dateText(seconds) == date else { return nil }
        var zone = text.utf8.dropFirst(19)
        var fraction = ""
        if zone.first == UInt8(ascii: ".") {
            fraction = String(decoding: zone.dropFirst().prefix(while: \.isDigit), as: UTF8.self)
            guard !fraction.isEmpty else { return nil }
            zone = zone.dropFirst(1 + fraction.utf8.count)
        }
        guard let offset = Self.offset(of: String(decoding: zone, as: UTF8.self)) else { return nil }
        self.init(seconds: seconds - Int64(offset), nanoseconds: Int((fraction + "000000000").prefix(9)) ?? 0)
        self.offset = offset
    }

    /// Milliseconds since 1970.
    package var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    /// The time in UTC with milliseconds: `2024-05-17T09:30:00.250Z`.
    package var description: String {
        "\(Self.dateText(seconds)).\(padded(Int64(nanoseconds / 1_000_000), to: 3))Z"
    }

    /// The text of Go's `time.RFC3339Nano`: with the offset, and without zeros at the end of the fraction.
    package var goText: String {
        let fraction = nanoseconds == 0 ? "" : ".\(padded(Int64(nanoseconds), to: 9).trimmingSuffix { $0 == "0" })"
        return Self.dateText(seconds + Int64(offset)) + fraction + Self.zoneText(offset)
    }

    /// `2024-05-17T09:30:00`.
    private static func dateText(_ seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%04Y-%m-%dT%H:%M:%S", &parts)
        return String(nativeBytes: text[..<count].map(UInt8.init(bitPattern:)))
    }

    /// The seconds east of UTC of `Z`, `+HH:MM` or `-HH:MM`.
    private static func offset(of zone: String) -> Int? {
        if ["+00:00", "-00:00"].contains(zone) { return 0 }
        let minutes = Int(zone.suffix(2)) ?? 0
        let offset = (Int(zone.prefix(3)) ?? 0) * 3600 + (zone.hasPrefix("-") ? -minutes : minutes) * 60
        return minutes < 60 && offset.magnitude < 24 * 3600 && zoneText(offset) == zone ? offset : nil
    }

    private static func zoneText(_ offset: Int) -> String {
        guard offset != 0 else { return "Z" }
        let minutes = Int64(offset.magnitude / 60)
        return "\(offset < 0 ? "-" : "+")\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))"
    }
}

/// The number with zeros before it.
package func padded(_ number: Int64, to digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

extension Duration {
    /// Complete milliseconds.
    package var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
