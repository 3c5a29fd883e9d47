import GoldenSuite

/// The table of verdicts, printed row by row.
struct Table {
    private var counts: [String: Int] = [:]

    /// Whether a case has a difference that is not listed.
    var hasDifferent: Bool { counts["DIFFERENT"] != nil }

    /// Whether any case was run with both sides.
    var hasRun: Bool { counts.keys.contains { $0 != Self.notRun } }

    private static let notRun = "not run"

    /// Prints a row.
    mutating func add(_ name: String, _ verdict: Comparison.Verdict) {
        let (kind, detail, lines) = Self.words(verdict)
        counts[kind, default: 0] += 1
        let padding = String(repeating: " ", count: max(1, 44 - name.count))
        print(name + padding + kind + (detail.isEmpty ? "" : ": \(detail)"))
        for line in lines { print("    " + line) }
    }

    /// Prints how many rows there were of each kind.
    func printSummary() {
        print("\n" + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    }

    /// Returns the kind of a verdict, its detail, and the lines that show the difference.
    static func words(_ verdict: Comparison.Verdict) -> (kind: String, detail: String, lines: [String]) {
        switch verdict {
        case .same: ("same", "", [])
        case .listed(let reason): ("listed difference", reason, [])
        case .different(let lines): ("DIFFERENT", "", lines)
        case .notRun(let reason): (notRun, reason, [])
        }
    }
}
