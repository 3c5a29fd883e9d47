/// The usage text: the scripts' first line, then a list of flags (D15).
package enum Usage {
    /// The lines of the text, without a newline after the last one.
    ///
    /// - Parameter programName: `$0` of the scripts.
    package static func text(_ program: Program, _ mode: ScriptMode, programName: String) -> String {
        let flags = Flag.table(for: program, in: mode)
        let own = flags.filter(\.isExtension)
        let lines =
            [ScriptLines.usage(program, mode, programName: programName)]
            + flags.filter { !$0.isExtension }.flatMap { entry($0, mode) }
            + introduction(own)
            + own.flatMap { entry($0, mode) }
        return lines.joined(separator: "\n")
    }

    private static func introduction(_ own: [Flag]) -> [String] {
        let others = own.filter { $0.variable == nil }.map(\.long)
        let exceptions = others.dropLast().joined(separator: ", ") + " and " + (others.last ?? "")
        let variable = own.compactMap(\.variable).first ?? ""
        return [
            "",
            "Flags that the scripts do not have. All but",
            "\(exceptions) can be set by an",
            "environment variable too, for instance \(variable); a flag beats it.",
        ]
    }

    /// The flag's spellings and placeholder, then the meaning, indented and broken into lines.
    private static func entry(_ flag: Flag, _ mode: ScriptMode) -> [String] {
        let standard = flag.defaults[mode].map { ["(default: \($0))"] } ?? []
        let words = flag.meaning.split(separator: " ").map(String.init) + standard
        return ["  " + flag.synopsis()] + wrapped(words, at: 72).map { "        " + $0 }
    }
}
