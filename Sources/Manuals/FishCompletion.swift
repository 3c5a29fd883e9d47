import CommandLine

/// A completion for fish, which looks for it under the name of the command.
struct FishCompletion {
    let program: Program
    let mode: ScriptMode

    /// The file's text.
    var text: String {
        let names = program.names(in: mode).joined(separator: " ")
        let lines = Flag.table(for: program, in: mode).map { "    complete -c $name " + Self.options(of: $0) }
        return """
            # \(GeneratedFiles.note)
            for name in \(names)
                complete -c $name -f
            \(lines.joined(separator: "\n"))
            end

            """
    }

    /// The options of `complete` for a flag.
    private static func options(of flag: Flag) -> String {
        let value =
            switch flag.completion {
            case .none: ""
            case .files: " -r -F"
            case .words(let words): " -x -a '\(words.joined(separator: " "))'"
            case .anything: " -x"
            }
        let meaning = flag.summary.map { "\\'".contains($0) ? "\\\($0)" : String($0) }.joined()
        return "-l \(flag.name)" + (flag.letter.map { " -s \($0)" } ?? "") + value + " -d '\(meaning)'"
    }
}
