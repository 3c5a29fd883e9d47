import CaseFormat

/// Generates a random case, always the same one for the same seed and number.
///
/// Most choices are those of a runbook. The share of strange choices is drawn once for a case, so that some cases have none, and in
/// others several strange choices meet.
struct CaseMaker {
    /// The script that the case is for.
    let script: String
    private var random: SeededGenerator
    private let strangeness: Double

    /// - Parameter number: the case's among those of the seed.
    init(_ script: String, seed: UInt64, number: Int) {
        self.script = script
        var random = SeededGenerator("\(seed) \(script) \(number)")
        strangeness = [0, 0, 0.03, 0.08, 0.2].randomElement(using: &random) ?? 0
        self.random = random
    }

    /// The case.
    mutating func make() -> Case {
        var made = Case(script: script)
        made.docker?.refusesInvalidReferences = true
        var flags = Flags()
        let names = addList(to: &made, &flags)
        addArchive(to: &made, &flags)
        let source = chance(0.3) ? addSourceRegistry(&flags) : ""
        let registry = made.isLoad ? addRegistry(&flags) : ""
        var windows: [String] = []
        if made.isLoad, !made.isPowerShell { windows = addWindowsList(to: &made, names, &flags) }
        var release = ""
        if made.isPowerShell { release = "-windows-" + addRelease(&flags) }
        made.argv = words(flags)
        let images = Images(names: names, windows: windows, source: source, registry: registry, ending: release)
        addAnswers(to: &made, images)
        addCharts(to: &made, images)
        addEnvironment(to: &made)
        return made
    }

    /// The flags of a case, each with a value.
    typealias Flags = [(spellings: [String], value: String)]

    // MARK: Chance

    /// Whether something of a probability happens.
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }

    /// Whether something strange happens, of a probability in the strangest of all worlds.
    mutating func strange(_ probability: Double = 1) -> Bool { chance(strangeness * probability) }

    /// A number of a range.
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    /// One of several.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }

    /// One of several, or of the strange ones.
    mutating func pick<Value>(_ usual: [Value], strange values: [Value]) -> Value {
        strange() ? pick(values) : pick(usual)
    }

    /// Some of several, each once, in the order of chance.
    mutating func some<Value>(_ values: [Value], _ range: ClosedRange<Int>) -> [Value] {
        Array(shuffled(values).prefix(number(range)))
    }

    /// All of several in the order of chance.
    mutating func shuffled<Value>(_ values: [Value]) -> [Value] { values.shuffled(using: &random) }

    /// The elements that are each taken with a probability; `nil` if none is.
    mutating func each(_ values: [String], _ probability: Double) -> [String]? {
        let taken = values.filter { _ in chance(probability) }
        return taken.isEmpty ? nil : taken
    }
}
