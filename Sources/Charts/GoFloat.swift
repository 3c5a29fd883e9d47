/// Floating-point numbers as Go prints them.
enum GoFloat {
    /// Returns the text of `strconv.FormatFloat(number, 'g', -1, 64)`: the fewest digits that identify the number, with an exponent
    /// if that is less than -4 or more than 5.
    static func text(_ number: Double) -> String {
        let sign = number.sign == .minus ? "-" : ""
        let (digits, point) = shortest(number.magnitude)
        guard !digits.isEmpty else { return sign + "0" }
        let exponent = point - 1
        guard (-4...5).contains(exponent) else {
            let size = String(exponent.magnitude)
            let fraction = digits.dropFirst()
            return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
                + "e" + (exponent < 0 ? "-" : "+") + (size.count < 2 ? "0" : "") + size
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        let integer = digits.prefix(point)
        let padding = String(repeating: "0", count: point - integer.count)
        let fraction = digits.dropFirst(point)
        return sign + integer + padding + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// Returns the fewest decimal digits that identify the number, without zeros at either end, and the position of the decimal point
    /// in them.
    private static func shortest(_ number: Double) -> (digits: String, point: Int) {
        let parts = number.description.split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let all = mantissa.joined()
        let zeros = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(zeros))
        while digits.hasSuffix("0") { digits.removeLast() }
        return (digits, mantissa[0].count - zeros + exponent)
    }
}
