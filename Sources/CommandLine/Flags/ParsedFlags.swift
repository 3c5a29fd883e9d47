/// The flags that a command line gives, with their values as they stand.
struct ParsedFlags: Sendable {
    /// The program that they are given to.
    let program: Program
    /// The mode whose rules the words were read by.
    let mode: ScriptMode
    /// Values by the flag's name, in the order of the words. `nil` is PowerShell's null: no word belongs to the flag.
    private var values: [String: [String?]] = [:]

    /// Reads words left to right, as the shell scripts do: a flag takes the next word, whatever that looks like.
    ///
    /// - Returns: `nil` where a word is no flag.
    init?(shellWords words: [String], program: Program) {
        self.program = program
        mode = .shell
        let flags = Flag.table(for: program, in: .shell)
        var rest = words[...]
        while let word = rest.popFirst() {
            guard let flag = flags.first(where: { $0.words.contains(word) }) else { return nil }
            let value = flag.takesValue ? rest.popFirst() ?? "" : nil
            values[flag.name, default: []].append(value)
        }
    }

    /// Reads words from the last to the first, as the PowerShell scripts do: words that are no flag pile up, and a flag takes
    /// the first of the words between itself and the next flag. Flags are matched whatever their case.
    init(powerShellWords words: [String], program: Program) {
        self.program = program
        mode = .powerShell
        let flags = Flag.table(for: program, in: .powerShell)
        var pile: String?
        for word in words.reversed() {
            let lowercased = word.lowercased()
            guard let flag = flags.first(where: { $0.words.contains(lowercased) }) else {
                pile = word
                continue
            }
            values[flag.name, default: []].insert(flag.takesValue ? pile : nil, at: 0)
            pile = nil
        }
    }

    /// Whether the flag stands among the words.
    func contains(_ flag: Flag) -> Bool {
        values[flag.name] != nil
    }

    /// Every value of the flag in the order of the words; `nil` where the flag is not given.
    func all(_ flag: Flag) -> [String?]? {
        values[flag.name]
    }

    /// The value that counts: of several, the last one in the shell scripts, and the first one in PowerShell's.
    ///
    /// - Returns: the default where the flag is not given; `nil` where it is given without a value in PowerShell mode.
    func value(_ flag: Flag) -> String? {
        guard let given = values[flag.name] else { return flag.defaults[mode] }
        return (mode == .shell ? given.last : given.first) ?? nil
    }
}
