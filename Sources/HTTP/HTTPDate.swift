import Glibc

/// A time as header fields tell it, in seconds since 1970 (RFC 9110, section 5.6.7).
package enum HTTPDate {
    /// The present time.
    package static var now: Int64 { Int64(time(nil)) }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Reads any of the three forms; all have the day before the year, and the time with its colons.
    ///
    /// - Returns: `nil` for what is no date.
    static func parse(_ text: String) -> Int64? {
        var numbers: [Int64] = []
        var month: Int?
        var time: [Int64] = []
        for word in text.lowercased().split(whereSeparator: { " ,-".contains($0) }) {
            if let number = Int64(word) {
                numbers.append(number)
            } else if word.contains(":") {
                time = word.split(separator: ":").compactMap { Int64($0) }
            } else if let found = months.firstIndex(of: String(word)) {
                month = found
            }
        }
        guard let month, numbers.count == 2, time.count == 3, (1...31).contains(numbers[0]),
            (0...9999).contains(numbers[1])
        else { return nil }
        // Of two digits, as no server should send any more: 1970 to 2069.
        let year = numbers[1] >= 100 ? numbers[1] : numbers[1] + (numbers[1] < 70 ? 2000 : 1900)
        let days = days(year: year, month: Int64(month + 1), day: numbers[0])
        return days * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]
    }

    /// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March, so that a leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}

extension HTTPResponseHead {
    /// How long `Retry-After` asks to wait (RFC 9110, section 10.2.3), whether in seconds or as a date, which is compared with
    /// the answer's own `Date` where it has one.
    ///
    /// - Parameter now: the present time in seconds since 1970.
    /// - Returns: `nil` where it does not tell.
    package func retryAfter(now: Int64) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Double(text) {
            return seconds >= 0 ? .seconds(min(seconds, 1e9)) : nil
        }
        guard let date = HTTPDate.parse(text) else { return nil }
        return .seconds(max(0, date - (headers["Date"].flatMap(HTTPDate.parse) ?? now)))
    }
}
