import FoundationEssentials

/// Runs official scripts and the executables side by side, each case with both.
package struct Comparison: Sendable {
    /// The result of a case.
    package enum Verdict: Equatable, Sendable {
        /// Both did the same.
        case same
        /// They differed as listed: a deliberate difference, or a feature that the script's release lacks.
        case listed(String)
        /// They differed otherwise; with the lines that show it.
        case different([String])
        /// The script was not run, for this reason.
        case notRun(String)
    }

    private let sides: Sides

    /// A comparison with the scripts of a directory.
    package init(_ suite: Suite, scripts: String) async throws {
        sides = try await Sides(suite, scripts: scripts)
    }

    /// Returns the reason why a script cannot be run, or `nil` if it can.
    func whyNot(_ script: String) -> String? { sides.whyNot(script) }

    /// Runs a recording with both sides. The executables have to do what they are meant to, whatever the script does.
    package func run(_ recording: Recording) async throws -> Verdict {
        if let reason = sides.whyNot(recording.script) { return .notRun(reason) }
        let official = try await sides.runOfficial(recording)
        let ours = try await sides.suite.runOurs(recording)
        let wrong = try sides.suite.expectation(for: recording)
            .differences(from: ours, names: ("expected", "executable"))
        guard wrong.isEmpty else { return .different(wrong) }

        if official.differences(from: ours, names: Self.names).isEmpty { return .same }
        let changed = recording.expect.differences(from: official, names: ("recorded", "script"))
        if changed.isEmpty, !recording.differs.isEmpty {
            return .listed(recording.differs == "old" ? "changed after \(recording.official)" : recording.differs)
        }
        let verdict = try await run(Case.read(recording.path)).verdict
        if case .different = verdict, !recording.differs.isEmpty, recording.differs != "old" {
            return .different(changed)
        }
        return verdict
    }

    /// A case that was run, without what the script's release lacks.
    struct Outcome: Sendable {
        let verdict: Verdict
        let given: Case
        let official: Account
    }

    /// Runs a case with both sides. Their differences must be the listed ones.
    func run(_ full: Case) async throws -> Outcome {
        let script = try sides.script(full.script)
        let (given, lacks) = script.reduced(full) ?? (full, [])
        let official = try await sides.runOfficial(given)
        let ours = try await sides.runOurs(given)
        func outcome(_ verdict: Verdict) -> Outcome { Outcome(verdict: verdict, given: given, official: official) }

        if official.differences(from: ours, names: Self.names).isEmpty {
            return outcome(lacks.isEmpty ? .same : .listed(lacks.joined(separator: ", ")))
        }
        switch try await Explanation.find(given, script, official: official, ours: ours, run: sides.runOfficial) {
        case .none(let lines):
            return outcome(.different(lines))
        case .differences(let differences):
            let names = (lacks + differences.map(\.name).filter { !lacks.contains($0) }).joined(separator: ", ")
            guard differences.areReported(in: ours.stderr, script: full.script) else {
                return outcome(.different(["\(names): not reported on standard error"]))
            }
            return outcome(.listed(names))
        }
    }

    /// The names of the two sides.
    static let names = ("script", "executable")
}
