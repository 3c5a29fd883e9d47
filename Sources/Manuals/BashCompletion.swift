import CommandLine

/// A completion for bash, which bash-completion looks for under the name of the command.
struct BashCompletion {
    let program: Program
    let mode: ScriptMode

    /// The file's text.
    var text: String {
        let flags = Flag.table(for: program, in: mode)
        let names = program.names(in: mode)
        let function = "_" + (names.first ?? "").map { "-.".contains($0) ? "_" : String($0) }.joined()
        let cases = flags.compactMap { flag -> String? in
            let pattern = flag.words.joined(separator: " | ")
            switch flag.completion {
            case .none: return nil
            case .anything: return "    \(pattern)) ;;"
            case .words(let words): return "    \(pattern)) \(Self.reply("-W '\(words.joined(separator: " "))'")) ;;"
            case .files:
                return "    \(pattern)) compopt -o filenames 2>/dev/null; \(Self.reply("-f")) ;;"
            }
        }
        let words = flags.flatMap(\.words).joined(separator: " ")
        return """
            # Completion of \(names.joined(separator: " and ")) for bash. \(GeneratedFiles.note)
            \(function)() {
                local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]}
                COMPREPLY=()
                case $flag in
            \(cases.joined(separator: "\n"))
                *) \(Self.reply("-W '\(words)'")) ;;
                esac
            }
            complete -F \(function) \(names.joined(separator: " "))

            """
    }

    /// Offers what `compgen` makes of the options.
    private static func reply(_ options: String) -> String {
        "mapfile -t COMPREPLY < <(compgen \(options) -- \"$word\")"
    }
}
