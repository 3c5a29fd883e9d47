/// A row of the table of flags, from which both readers, the environment, the usage text and the manuals are derived.
package struct Flag: Sendable {
    /// What follows a flag.
    package enum Argument: Sendable {
        /// Nothing: the flag is on where it stands.
        case none
        /// One value. Of several flags one counts.
        case value(String)
        /// One value. All of several flags count; the environment variable separates them with commas.
        case values(String)
    }

    /// The long name without its dashes, which also tells the flags apart.
    package let name: String
    /// The short name without its dash.
    package let letter: String?
    /// What follows, with the word that stands for it in the usage text.
    package let argument: Argument
    /// Whether no script knows it.
    package let isExtension: Bool
    /// Whether an environment variable sets it too.
    let hasVariable: Bool
    /// The programs that know it.
    package let programs: Set<Program>
    /// The modes in which it is known.
    package let modes: Set<ScriptMode>
    /// The value of a flag that is not given.
    package let defaults: [ScriptMode: String]
    /// For the usage text.
    package let meaning: String
    /// What a value, or the variable's, must be, as it reads after "it must be"; empty where no value can be wrong.
    package let allowed: String

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
        self.isExtension = false
        self.hasVariable = false
        self.programs = programs
        self.modes = modes
        self.defaults = defaults
        self.meaning = meaning
        self.allowed = ""
    }

    /// A flag that no script knows.
    init(
        extension name: String,
        _ argument: Argument,
        hasVariable: Bool = true,
        programs: Set<Program> = Set(Program.allCases),
        defaults: [ScriptMode: String] = [:],
        meaning: String,
        allowed: String = ""
    ) {
        self.name = name
        self.letter = nil
        self.argument = argument
        self.isExtension = true
        self.hasVariable = hasVariable
        self.programs = programs
        self.modes = Set(ScriptMode.allCases)
        self.defaults = defaults
        self.meaning = meaning
        self.allowed = allowed
    }

    /// `--name`.
    package var long: String { "--" + name }

    /// The words that are this flag: `-l` and `--image-list`.
    package var words: [String] { (letter.map { ["-" + $0] } ?? []) + [long] }

    /// What stands for the value in the usage text; empty for a flag without one.
    package var placeholder: String {
        switch argument {
        case .none: ""
        case .value(let placeholder), .values(let placeholder): placeholder
        }
    }

    /// The words with what stands for the value: `-l, --image-list PATH`.
    ///
    /// - Parameter mark: what is made of each word.
    package func synopsis(_ mark: (String) -> String = { $0 }) -> String {
        words.map(mark).joined(separator: ", ") + (takesValue ? " " + placeholder : "")
    }

    /// Whether the flag takes the next word.
    package var takesValue: Bool {
        if case .none = argument { false } else { true }
    }

    /// `RANCHER_IMAGES_` and the name in capitals, dashes as underscores; `nil` for a flag that has none.
    package var variable: String? {
        hasVariable
            ? "RANCHER_IMAGES_" + String(name.uppercased().map { $0 == "-" ? "_" : $0 })
            : nil
    }
}
