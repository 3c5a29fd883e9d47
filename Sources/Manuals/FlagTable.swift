import CommandLine

/// A language of the documents.
enum Language: String {
    case english = "en"
    case chinese = "zh-CN"

    func callAsFunction(_ english: String, _ chinese: String) -> String {
        self == .english ? english : chinese
    }
}

/// A table of flags in a document, by its name there.
enum FlagTable: String {
    /// The flags of the scripts, of both programs and both families.
    case scripts
    /// The flags that no script knows.
    case extensions

    /// The table in Markdown.
    func lines(in language: Language) -> [String] {
        let heads = [
            language("flag", "参数"), language("known to", "适用于"), language("default", "默认值"),
            language("meaning", "含义"),
        ]
        let flags = Flag.table.filter { $0.isExtension == (self == .extensions) }
        return ["| " + heads.joined(separator: " | ") + " |", "|" + String(repeating: "---|", count: heads.count)]
            + flags.map { flag in
                "| "
                    + [
                        Self.words(of: flag), Self.scope(of: flag, language), Self.standard(of: flag, language),
                        Self.meaning(of: flag, language),
                    ]
                    .joined(separator: " | ") + " |"
            }
    }

    private static func words(of flag: Flag) -> String {
        let variable = flag.variable.map { "<br>`\($0)`" } ?? ""
        return "`\(escaped(flag.synopsis()))`\(variable)"
    }

    /// Which of the two programs and the two families knows the flag.
    private static func scope(of flag: Flag, _ language: Language) -> String {
        let programs =
            flag.programs.count > 1
            ? language("both", "两者") : flag.programs.contains(.save) ? "save" : "load"
        guard flag.modes.count == 1 else { return programs }
        let family = flag.modes.contains(.shell) ? ".sh" : ".ps1"
        return "\(programs), \(language("only", "仅")) `\(family)`"
    }

    private static func standard(of flag: Flag, _ language: Language) -> String {
        let shell = flag.defaults[.shell].map { "`\($0)`" }
        let powerShell = flag.defaults[.powerShell].map { "`\($0)`" }
        guard shell != powerShell, flag.modes.count > 1 else { return shell ?? powerShell ?? "" }
        return "\(shell ?? "") (`.sh`)<br>\(powerShell ?? "") (`.ps1`)"
    }

    private static func meaning(of flag: Flag, _ language: Language) -> String {
        let meaning = language(flag.meaning, ChineseMeanings.table[flag.meaning] ?? flag.meaning)
        return escaped(meaning)
    }

    /// A bar would end the cell.
    private static func escaped(_ text: String) -> String {
        text.map { $0 == "|" ? "\\|" : String($0) }.joined()
    }
}
