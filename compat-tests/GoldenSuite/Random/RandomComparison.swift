import FoundationEssentials
import Glibc

/// Runs random cases with official scripts and with the executables.
package struct RandomComparison: Sendable {
    /// What was found: a case in which both sides differ as no list says.
    package struct Finding: Sendable {
        /// The numbers of the cases that differ in this way.
        package let numbers: [Int]
        /// What is different in the smallest case beside the listed differences.
        package let lines: [String]
        /// The smallest case as the text of a case file, with what the script did.
        package let caseFile: String
    }

    /// How a case came out.
    package struct Row: Sendable {
        /// The number of the case.
        package let number: Int
        /// The script that it was for.
        package let script: String
        /// How it came out.
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

    /// After so many cases that differ the rest is left out: they show more than anybody reads.
    private static let mostDifferent = 40

    /// Runs cases.
    ///
    /// - Parameter report: gets each case, in the order of their numbers.
    /// - Returns: what was found.
    package func run(_ count: Int, report: (Row) -> Void) async throws -> [Finding] {
        var different: [Row] = []
        try await Self.each(Array(1...count), run) { row in
            report(row)
            if case .different = row.verdict { different.append(row) }
            return different.count < Self.mostDifferent
        }
        return try await findings(different)
    }

    /// Does something with values, as many at a time as there are processors.
    ///
    /// - Parameter take: gets what comes out, in order; `false` ends it.
    private static func each<Value: Sendable, Result: Sendable>(
        _ values: [Value],
        _ body: @escaping @Sendable (Value) async throws -> Result,
        take: (Result) -> Bool
    ) async throws {
        let atATime = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        for start in stride(from: 0, to: values.count, by: atATime) {
            let tasks = values[start...].prefix(atATime).map { value in Task { try await body(value) } }
            for task in tasks {
                let isToGoOn = take(try await task.value)
                guard isToGoOn else { return }
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

    // MARK: What is told

    /// How many differences that look alike are made smaller; a script that does everything otherwise has many.
    private static let mostShrunk = 8

    /// Of cases that look alike one is made smaller; of those that come to the same case one is told.
    private func findings(_ rows: [Row]) async throws -> [Finding] {
        var groups: [[Row]] = []
        for row in rows {
            if let index = groups.firstIndex(where: { $0[0].look == row.look }) {
                groups[index].append(row)
            } else {
                groups.append([row])
            }
        }
        var outcomes: [Comparison.Outcome] = []
        try await Self.each(groups.prefix(Self.mostShrunk).map(\.[0].outcome), smallest) {
            outcomes.append($0)
            return true
        }
        outcomes += groups.dropFirst(Self.mostShrunk).map(\.[0].outcome)

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
    /// How the difference looks, whatever the names in it.
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

    /// What is different: standard output, calls.
    fileprivate var titles: [Substring] { lines.filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } } }
}
