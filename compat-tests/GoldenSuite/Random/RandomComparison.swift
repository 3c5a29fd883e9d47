import FoundationEssentials
import Glibc

/// Runs random cases with official scripts and with the executables.
package struct RandomComparison: Sendable {
    /// A case in which both sides differ, and no list explains the difference.
    package struct Finding: Sendable {
        /// The numbers of the cases that differ in this way.
        package let numbers: [Int]
        /// The differences of the smallest case, without the listed differences.
        package let lines: [String]
        /// The smallest case as the text of a case file, with what the script did.
        package let caseFile: String
    }

    /// The result of a case.
    package struct Row: Sendable {
        /// The number of the case.
        package let number: Int
        /// The script that it was for.
        package let script: String
        /// The verdict.
        package let verdict: Comparison.Verdict
        fileprivate let outcome: Comparison.Outcome
    }

    private let comparison: Comparison
    private let release: String
    private let seed: UInt64
    private let scripts: [String]

    /// A comparison with the scripts of a directory, which is called as their release is.
    package init(_ suite: Suite, scripts directory: String, seed: UInt64) async throws {
        comparison = try await Comparison(suite, scripts: directory)
        release = URL(filePath: directory).standardizedFileURL.lastPathComponent
        self.seed = seed
        let families = ["rancher-save-images", "rancher-load-images"]
        var scripts: [String] = []
        for script in families.map({ $0 + ".sh" }) + families.map({ $0 + ".ps1" }) {
            if comparison.whyNot(script) == nil { scripts.append(script) }
        }
        self.scripts = scripts
        guard !scripts.isEmpty else { throw SuiteError("\(directory) has no script that can be run here") }
    }

    /// The number of different cases after which the comparison stops.
    private static let mostDifferent = 40

    /// Runs random cases.
    ///
    /// - Parameters:
    ///   - count: The number of cases.
    ///   - shrinking: The maximum number of groups of similar differences whose first case is shrunk.
    ///   - report: Receives each case, in the order of the case numbers.
    /// - Returns: The differences that no list explains.
    package func run(_ count: Int, shrinking: Int = 8, report: (Row) -> Void) async throws -> [Finding] {
        var different: [Row] = []
        try await Self.each(Array(1...count), run) { row in
            report(row)
            if case .different = row.verdict { different.append(row) }
            return different.count < Self.mostDifferent
        }
        return try await findings(different, shrinking: shrinking)
    }

    /// Processes values concurrently, as many at a time as there are processors.
    ///
    /// - Parameter take: Receives each result, in the order of `values`; returns whether to continue.
    private static func each<Value: Sendable, Result: Sendable>(
        _ values: [Value],
        _ body: @escaping @Sendable (Value) async throws -> Result,
        take: (Result) -> Bool
    ) async throws {
        let concurrency = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        try await withThrowingTaskGroup(of: (index: Int, result: Result).self) { group in
            var waiting = values.enumerated().makeIterator()
            func startNext() {
                guard let (index, value) = waiting.next() else { return }
                group.addTask { (index, try await body(value)) }
            }
            for _ in 0..<concurrency { startNext() }
            var results: [Int: Result] = [:]
            var taken = 0
            while let (index, result) = try await group.next() {
                startNext()
                results[index] = result
                while let next = results.removeValue(forKey: taken) {
                    taken += 1
                    guard take(next) else { return group.cancelAll() }
                }
            }
        }
    }

    /// The scripts take turns.
    private func run(_ number: Int) async throws -> Row {
        let script = scripts[(number - 1) % scripts.count]
        var maker = CaseMaker(script, seed: seed, number: number)
        let outcome = try await comparison.run(maker.make())
        return Row(number: number, script: script, verdict: outcome.verdict, outcome: outcome)
    }

    // MARK: Findings

    /// Groups the rows that look alike, shrinks the first case of the first groups, and merges groups that shrink to the same case.
    private func findings(_ rows: [Row], shrinking: Int) async throws -> [Finding] {
        var groups: [[Row]] = []
        for row in rows {
            if let index = groups.firstIndex(where: { $0[0].look == row.look }) {
                groups[index].append(row)
            } else {
                groups.append([row])
            }
        }
        var outcomes: [Comparison.Outcome] = []
        try await Self.each(groups.prefix(shrinking).map(\.[0].outcome), smallest) {
            outcomes.append($0)
            return true
        }
        outcomes += groups.dropFirst(shrinking).map(\.[0].outcome)

        var shrunk: [(outcome: Comparison.Outcome, numbers: [Int])] = []
        for (group, outcome) in zip(groups, outcomes) {
            let numbers = group.map(\.number)
            if let index = shrunk.firstIndex(where: { $0.outcome.look == outcome.look }) {
                shrunk[index].numbers += numbers
            } else {
                shrunk.append((outcome, numbers))
            }
        }
        return try shrunk.map { outcome, numbers in
            let file = try outcome.given.fileText(official: release, expect: outcome.official)
            return Finding(numbers: numbers.sorted(), lines: outcome.verdict.lines, caseFile: file)
        }
    }

    /// The smallest case that differs in the same things.
    private func smallest(_ outcome: Comparison.Outcome) async throws -> Comparison.Outcome {
        let titles = outcome.verdict.titles
        let small = try await outcome.given.shrunk(attempts: 250) { smaller in
            try await comparison.run(smaller).verdict.titles == titles
        }
        return try await comparison.run(small)
    }
}

extension RandomComparison.Row {
    fileprivate var look: String { outcome.look }
}

extension Comparison.Outcome {
    /// The shape of the difference, without names.
    fileprivate var look: String {
        var look = [given.script]
        for line in verdict.lines where !line.hasPrefix("    ") {
            let shape = line.replacing(#/[^\s"\[\],]*[\/:.][^\s"\[\],]*/#, with: "…")
            if !look.contains(shape) { look.append(shape) }
        }
        return look.joined(separator: "\n")
    }
}

extension Comparison.Verdict {
    fileprivate var lines: [String] { if case .different(let lines) = self { lines } else { [] } }

    /// The kinds of differences: standard output, calls.
    fileprivate var titles: [Substring] { lines.filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } } }
}
