import GoldenSuite

/// The counts of random cases by verdict.
struct RandomSummary {
    private var counts: [String: Int] = [:]

    /// Counts a case.
    mutating func add(_ row: RandomComparison.Row) {
        let words = Table.words(row.verdict)
        counts[words.kind + (words.detail.isEmpty ? "" : ": \(words.detail)"), default: 0] += 1
    }

    /// Prints the counts, and each finding with its smallest case.
    ///
    /// - Parameter total: the number of cases that were requested.
    func print(_ findings: [RandomComparison.Finding], of total: Int, seed: UInt64) {
        for (kind, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            let number = String(count)
            Swift.print(String(repeating: " ", count: max(0, 6 - number.count)) + number + "  " + kind)
        }
        let run = counts.values.reduce(0, +)
        if run < total { Swift.print("after these \(run) of \(total) cases the rest was left out: enough differ") }
        for finding in findings {
            let numbers = finding.numbers.prefix(8).map(String.init).joined(separator: ", ")
            let more = finding.numbers.count > 8 ? " and \(finding.numbers.count - 8) more" : ""
            Swift.print(
                "\nDIFFERENT: of seed \(seed) case \(numbers)\(more). In addition to listed differences the smallest one has"
            )
            for line in finding.lines { Swift.print("    " + line) }
            Swift.print("as a case file, with what the script did:\n" + finding.caseFile, terminator: "")
        }
    }
}
