/// A moment as Go's `time.Time` reads it from JSON and writes it back: RFC 3339 with up to nine digits of a second.
package struct GoTime: Sendable, Equatable {
    /// Seconds since 1970, rounded down.
    package let seconds: Int64
    /// The text of `time.RFC3339Nano`: the offset as it was read, the fraction without zeros at its end.
    package let text: String

    /// Reads a time as `time.Time.UnmarshalJSON` does.
    ///
    /// - Returns: `nil` where Go reports an error.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ count: Int, in range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix(count)
            guard digits.count == count, digits.allSatisfy(\.isDigit) else { return nil }
            rest = rest.dropFirst(count)
            let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            return range.contains(value) ? value : nil
        }
        func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4, in: 0...9999), take("-"),
            let month = number(2, in: 1...12), take("-"),
            let day = number(2, in: 1...Self.days(in: month, of: year)), take("T"),
            let hour = number(2, in: 0...23), take(":"),
            let minute = number(2, in: 0...59), take(":"),
            let second = number(2, in: 0...59)
        else { return nil }
        let wholeSeconds = String(decoding: text.utf8.prefix(text.utf8.count - rest.count), as: UTF8.self)

        var fraction = ""
        if take(".") {
            let digits = rest.prefix(while: \.isDigit)
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count)
            let significant = digits.prefix(9).reversed().drop { $0 == UInt8(ascii: "0") }.reversed()
            if !significant.isEmpty { fraction = "." + String(decoding: significant, as: UTF8.self) }
        }

        var zone = "Z"
        var offset = 0
        if !take("Z") {
            let isWest = rest.first == UInt8(ascii: "-")
            guard isWest || rest.first == UInt8(ascii: "+") else { return nil }
            let written = String(decoding: rest, as: UTF8.self)
            rest = rest.dropFirst()
            guard let hours = number(2, in: 0...23), take(":"), let minutes = number(2, in: 0...59) else { return nil }
            offset = (hours * 60 + minutes) * (isWest ? -60 : 60)
            if offset != 0 { zone = written }
        }
        guard rest.isEmpty else { return nil }
        let days = Self.days(toYear: year, month: month, day: day)
        self.seconds = Int64(days * 86400 + hour * 3600 + minute * 60 + second - offset)
        self.text = wholeSeconds + fraction + zone
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// The days from 1970-01-01 to a day of the Gregorian calendar, negative before.
    private static func days(toYear year: Int, month: Int, day: Int) -> Int {
        // Years are counted from March, so that the day of a leap year comes last; 400 years are added to stay above zero.
        let (year, month) = month > 2 ? (year + 400, month - 3) : (year + 399, month + 9)
        let leapDays = year / 4 - year / 100 + year / 400
        return year * 365 + leapDays + (month * 153 + 2) / 5 + day - 1 - 719_468 - 146_097
    }
}
