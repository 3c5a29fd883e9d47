/// A row of the table of flags. The parsers, the environment variables, the usage text and the manuals are derived from the table.
package struct Flag: Sendable {
    /// The argument of a flag, with its placeholder in the usage text.
    package enum Argument: Sendable {
        /// No argument: the flag is a switch.
        case none
        /// One value. If the flag is repeated, one of the values counts.
        case value(String)
        /// A list of values: the flag can be repeated. The environment variable separates the values with commas.
        case values(String)
    }

    /// The long name without its dashes, which is unique.
    package let name: String
    /// The short name without its dash.
    package private(set) var letter: String?
    package let argument: Argument
    /// Whether the flag is an addition to the scripts' flags.
    package private(set) var isExtension = false
    /// Whether an environment variable sets the flag too.
    private var hasVariable = false
    /// The programs that have the flag.
    package let programs: Set<Program>
    /// The modes that have the flag.
    package private(set) var modes = Set(ScriptMode.allCases)
    /// The values that apply if the flag is not given.
    package let defaults: [ScriptMode: String]
    /// The text for the usage and the manuals: a sentence of at most 70 characters, then details. It has no final period.
    package let meaning: String
    /// The allowed values, to follow "it must be"; empty if every value is allowed.
    package private(set) var allowed = ""

    /// A flag of the official scripts.
    init(
        script name: String,
        letter: String? = nil,
        _ argument: Argument,
        programs: Set<Program> = Set(Program.allCases),
        modes: Set<ScriptMode> = Set(ScriptMode.allCases),
        defaults: [ScriptMode: String] = [:],
        meaning: String
    ) {
        self.name = name
        self.letter = letter
        self.argument = argument
        self.programs = programs
        self.modes = modes
        self.defaults = defaults
        self.meaning = meaning
    }

    /// A flag that the scripts do not have.
    init(
        extension name: String,
        _ argument: Argument,
        hasVariable: Bool = true,
        programs: Set<Program> = Set(Program.allCases),
        defaults: [ScriptMode: String] = [:],
        meaning: String,
        allowed: String = ""
    ) {
        self.init(script: name, argument, programs: programs, defaults: defaults, meaning: meaning)
        isExtension = true
        self.hasVariable = hasVariable
        self.allowed = allowed
    }

    /// `--name`.
    package var long: String { "--" + name }

    /// The spellings of the flag: `-l` and `--image-list`.
    package var words: [String] { (letter.map { ["-" + $0] } ?? []) + [long] }

    /// The placeholder of the value in the usage text; empty for a switch.
    package var placeholder: String {
        switch argument {
        case .none: ""
        case .value(let placeholder), .values(let placeholder): placeholder
        }
    }

    /// The spellings with the placeholder: `-l, --image-list PATH`.
    ///
    /// - Parameter mark: adds markup to each spelling.
    package func synopsis(_ mark: (String) -> String = { $0 }) -> String {
        words.map(mark).joined(separator: ", ") + (takesValue ? " " + placeholder : "")
    }

    /// The first sentence of ``meaning``, for completions.
    package var summary: String {
        String(meaning.prefix(upTo: meaning.firstRange(of: ". ")?.lowerBound ?? meaning.endIndex))
    }

    /// Whether the next argument is the flag's value.
    package var takesValue: Bool { !placeholder.isEmpty }

    /// `RANCHER_IMAGES_` and the name in capitals, dashes as underscores; `nil` if no variable sets the flag.
    package var variable: String? {
        hasVariable
            ? "RANCHER_IMAGES_" + String(name.uppercased().map { $0 == "-" ? "_" : $0 })
            : nil
    }
}
