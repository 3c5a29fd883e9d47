import CommandLine

/// A completion for zsh: a function that `compinit` finds by its first line.
struct ZshCompletion {
    let program: Program
    let mode: ScriptMode

    /// The file's text.
    var text: String {
        let specifications = Flag.table(for: program, in: mode).flatMap(Self.specifications)
        return """
            #compdef \(program.names(in: mode).joined(separator: " "))
            # \(GeneratedFiles.note)
            _arguments \\
                \(specifications.joined(separator: " \\\n    "))

            """
    }

    /// A specification of `_arguments` for each of the flag's words, in quotes.
    private static func specifications(of flag: Flag) -> [String] {
        let others = flag.words.count > 1 ? "(\(flag.words.joined(separator: " ")))" : ""
        return flag.words.map { word in
            let text =
                (flag.isRepeated ? "*" : others) + word + "[" + escape(flag.summary, "[]:") + "]" + value(of: flag)
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
    }

    private static func value(of flag: Flag) -> String {
        let message = ":" + escape(flag.placeholder, ":") + ":"
        return switch flag.completion {
        case .none: ""
        case .files: message + "_files"
        case .words(let words): message + "(\(words.joined(separator: " ")))"
        case .anything: message + " "
        }
    }

    private static func escape(_ text: String, _ characters: String) -> String {
        text.map { characters.contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
