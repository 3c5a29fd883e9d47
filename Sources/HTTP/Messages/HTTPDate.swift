import CCurl
import Glibc

/// A time in a header field, in seconds since 1970 (RFC 9110, section 5.6.7).
package enum HTTPDate {
    /// The current time.
    package static var now: Int64 { Int64(time(nil)) }

    /// 1970 to the end of 9999.
    private static let range: ClosedRange<Int64> = 0...253_402_300_799

    /// Parses the three formats of the RFC.
    ///
    /// - Returns: `nil` for an invalid date or one out of range.
    static func parse(_ text: String) -> Int64? {
        let seconds = Int64(curl_getdate(text, nil))
        return range.contains(seconds) ? seconds : nil
    }
}

extension HTTPResponseHead {
    /// The duration in `Retry-After` (RFC 9110, section 10.2.3), given in seconds or as a date. A date is compared with
    /// the response's own `Date`, if present.
    ///
    /// - Parameter now: The current time in seconds since 1970.
    /// - Returns: `nil` if the response does not ask for a duration.
    package func retryAfter(now: Int64) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Double(text) {
            return seconds >= 0 ? .seconds(min(seconds, 1e9)) : nil
        }
        guard let date = HTTPDate.parse(text) else { return nil }
        return .seconds(max(0, date - (headers["Date"].flatMap(HTTPDate.parse) ?? now)))
    }
}
