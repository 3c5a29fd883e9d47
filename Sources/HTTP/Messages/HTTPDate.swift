import CCurl
import Glibc

/// A time in a header field, in seconds since 1970 (RFC 9110, section 5.6.7).
package enum HTTPDate {
    /// The present time.
    package static var now: Int64 { Int64(time(nil)) }

    /// The times from 1970 to the end of the year 9999.
    private static let range: ClosedRange<Int64> = 0...253_402_300_799

    /// Parses any of the three forms.
    ///
    /// - Returns: `nil` for what is no date, or is out of range.
    static func parse(_ text: String) -> Int64? {
        let seconds = Int64(curl_getdate(text, nil))
        return range.contains(seconds) ? seconds : nil
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
