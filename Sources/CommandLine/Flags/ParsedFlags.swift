/// The flags of a command line with their unparsed values.
struct ParsedFlags: Sendable {
    let program: Program
    /// The mode whose rules the arguments were parsed by.
    let mode: ScriptMode
    /// Values by the flag's name, in the order of the arguments. `nil` is PowerShell's null: no argument belongs to the flag.
    private var values: [String: [String?]] = [:]

    /// Parses arguments from left to right, as the shell scripts do: a flag takes the next argument, even one that looks like a flag.
    ///
    /// - Returns: `nil` if an argument is not a flag.
    init?(shellArguments arguments: [String], program: Program) {
        self.program = program
        mode = .shell
        let flags = Flag.table(for: program, in: .shell)
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard let flag = flags.first(where: { $0.words.contains(argument) }) else { return nil }
            let value = flag.takesValue ? rest.popFirst() ?? "" : nil
            values[flag.name, default: []].append(value)
        }
    }

    /// Parses arguments from the last to the first, as the PowerShell scripts do: a flag takes the first of the arguments between it and the
    /// next flag. Flags match in any case.
    init(powerShellArguments arguments: [String], program: Program) {
        self.program = program
        mode = .powerShell
        let flags = Flag.table(for: program, in: .powerShell)
        var following: String?
        for argument in arguments.reversed() {
            let lowercased = argument.lowercased()
            guard let flag = flags.first(where: { $0.words.contains(lowercased) }) else {
                following = argument
                continue
            }
            values[flag.name, default: []].insert(flag.takesValue ? following : nil, at: 0)
            following = nil
        }
    }

    /// Whether the flag is given.
    func contains(_ flag: Flag) -> Bool { values[flag.name] != nil }

    /// Every value of the flag in the order of the arguments; `nil` if the flag is not given.
    func all(_ flag: Flag) -> [String?]? { values[flag.name] }

    /// The value that counts: of several, the last one in the shell scripts, and the first one in PowerShell's.
    ///
    /// - Returns: the default if the flag is not given; `nil` if it is given without a value in PowerShell mode.
    func value(_ flag: Flag) -> String? {
        guard let given = values[flag.name] else { return flag.defaults[mode] }
        return (mode == .shell ? given.last : given.first) ?? nil
    }
}
