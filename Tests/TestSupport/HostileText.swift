/// Values that a hostile or broken server may send, made from valid ones, the same for the same seed.
public struct HostileText {
    /// Numbers at which arithmetic overflows, and other parts that break parsers.
    private static let parts = [
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
        "4611686018427387904",
        "99999999999999999999999", "-1", "+1", "0", "00", "1e400", "0x7f", "nan", "inf", "-", "--", ":", "::", ";", ",",
        "=", "\"",
        "\\", "<", ">", "#", "?", "&", "%", "%00", "%zz", "//", "://", "../", "@", "[", "]", " ", "\t", "\u{0}",
        "\u{7f}",
        "\u{301}", "\u{202E}", "\u{FFFD}", "\u{10FFE9}", "é", "\r\n", "",
    ]

    private var generator: SplitMix
    private let samples: [String]

    /// - Parameters:
    ///   - samples: Valid values.
    ///   - seed: The seed of the changes.
    public init(_ samples: [String], seed: UInt64) {
        self.samples = samples
        generator = SplitMix(state: seed)
    }

    /// The samples, all parts, and values with one change to some.
    public static func values(_ samples: [String], seed: UInt64, count: Int = 2_000) -> [String] {
        var text = HostileText(samples, seed: seed)
        return samples + parts + (0..<count).map { _ in text.next() }
    }

    /// The next value: a sample with one to four changes.
    public mutating func next() -> String {
        var scalars = Array(pick(samples).unicodeScalars)
        for _ in 0...Int.random(in: 0..<4, using: &generator) {
            let start = Int.random(in: 0...scalars.count, using: &generator)
            let end = Int.random(in: start...min(scalars.count, start + 12), using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: scalars.removeSubrange(start..<end)
            case 1: scalars.insert(contentsOf: pick(Self.parts).unicodeScalars, at: start)
            case 2: scalars.replaceSubrange(start..<end, with: Array(pick(Self.parts).unicodeScalars))
            case 3: scalars.insert(contentsOf: scalars[start..<end], at: start)
            case 4: scalars.insert(Unicode.Scalar(UInt8.random(in: 0...255, using: &generator)), at: start)
            default: replaceNumber(in: &scalars, from: start)
            }
        }
        if Int.random(in: 0..<50, using: &generator) == 0 {
            let copy = scalars
            for _ in 0..<Int.random(in: 1...200, using: &generator) { scalars += copy }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func pick(_ texts: [String]) -> String {
        texts[Int.random(in: 0..<texts.count, using: &generator)]
    }

    private mutating func replaceNumber(in scalars: inout [Unicode.Scalar], from start: Int) {
        let isDigit = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) }
        guard let first = scalars[start...].firstIndex(where: isDigit) else { return }
        let end = scalars[first...].firstIndex { !isDigit($0) } ?? scalars.endIndex
        scalars.replaceSubrange(first..<end, with: Array(pick(Self.parts).unicodeScalars))
    }
}

/// A generator of the same numbers for the same seed (Steele and others, "Fast Splittable Pseudorandom Number Generators").
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
