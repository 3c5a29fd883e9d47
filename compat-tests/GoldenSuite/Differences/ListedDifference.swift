/// A deliberate difference of `docs/compatibility.md`, as code: what has to be changed in what a script is given, and in the
/// account of what it did, so that it does exactly what the executable does.
///
/// With all differences in it, a script must do what the executable does in every case, and what it then does otherwise is no
/// deliberate difference.
struct ListedDifference: Sendable {
    /// Its number, `D1`, or for what only older releases do, a sentence.
    let name: String
    /// Changes what the script is given.
    var given: @Sendable (inout Case) -> Void = { _ in }
    /// Changes the account of what it did, for the case as it was before any change.
    var taken: @Sendable (inout Account, Case) -> Void = { _, _ in }

    /// Whether the executables tell of it on standard error, each time.
    var isTold: Bool { name.hasPrefix("D") && name != "D7" }

    /// All of them, in the order in which they are to be put in.
    ///
    /// - Parameter script: what only older releases do is put in for these.
    static func all(for script: OfficialScript) -> [ListedDifference] {
        inLists + inWords + inDocker + ofRelease(script) + inOutcome + refusals
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
