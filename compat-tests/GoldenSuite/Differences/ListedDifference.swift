/// A deliberate difference of `docs/compatibility.md`, as code: the changes to a script's input and to its results that make
/// them exactly those of the executable.
///
/// With all differences applied, a script must have the results of the executable in every case; other differences are not
/// deliberate.
struct ListedDifference: Sendable {
    /// The number, such as `D1`, or a sentence for a difference of older releases.
    let name: String
    /// Changes the script's input.
    var given: @Sendable (inout Case) -> Void = { _ in }
    /// Changes the script's results, for the original case.
    var taken: @Sendable (inout Account, Case) -> Void = { _, _ in }

    /// Whether the executables report it on standard error, each time.
    var isReported: Bool { name.hasPrefix("D") && name != "D7" }

    /// Returns all differences, in the order in which they are applied.
    ///
    /// - Parameter script: the script, for the differences of older releases.
    static func all(for script: OfficialScript) -> [ListedDifference] {
        inLists + inArguments + inDocker + ofRelease(script) + inOutcome + refusals
    }
}

extension Account {
    /// Whether the script printed its usage and nothing else.
    var isUsage: Bool { calls.isEmpty && stdout.split(separator: "\n").contains { $0.hasPrefix("USAGE: ") } }
}

extension [UInt8] {
    /// Whether this line of a list is a chart's.
    var isChart: Bool { contains("rancher/charts/".utf8) }
}
