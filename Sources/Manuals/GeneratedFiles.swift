import CommandLine

/// The files that are generated from the table of flags.
package enum GeneratedFiles {
    /// The notice in each file.
    static let note = "Made by make-manuals from the table of flags: change that."

    /// A file that is generated completely.
    package struct File: Sendable {
        /// Below the root of the project.
        package let path: String
        /// The complete text.
        package let text: String
    }

    /// The files that are generated completely: manuals and completions in `Packaging/share`.
    package static var files: [File] {
        var files = [
            File(path: "Packaging/share/man/man7/rancher-images.7", text: OverviewManual.text)
        ]
        for program in Program.allCases {
            let manual = "Packaging/share/man/man1/\(program.rawValue).1"
            files.append(File(path: manual, text: CommandManual(program: program).text))
            for mode in ScriptMode.allCases {
                let name = program.names(in: mode)[0]
                files += [
                    File(
                        path: "Packaging/share/bash-completion/completions/\(name)",
                        text: BashCompletion(program: program, mode: mode).text
                    ),
                    File(
                        path: "Packaging/share/zsh/site-functions/_\(name)",
                        text: ZshCompletion(program: program, mode: mode).text
                    ),
                    File(
                        path: "Packaging/share/fish/vendor_completions.d/\(name).fish",
                        text: FishCompletion(program: program, mode: mode).text
                    ),
                ]
            }
        }
        return files
    }

    /// The documents with generated parts.
    package static let documents = ["docs/reference.md", "docs/zh-CN/reference.md"]

    /// Returns a document with its parts generated again.
    ///
    /// A part begins after a line `<!-- generated: NAME LANGUAGE -->` and ends before `<!-- end -->`.
    ///
    /// - Returns: `nil` if a part has no end, or its name is unknown.
    package static func renewed(_ document: String) -> String? {
        var lines: [Substring] = []
        var isInside = false
        for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "<!-- end -->" { isInside = false }
            if !isInside { lines.append(line) }
            let words = line.split(separator: " ")
            guard words.count == 5, words[0] == "<!--", words[1] == "generated:" else { continue }
            guard !isInside, let language = Language(rawValue: String(words[3])),
                let table = FlagTable(rawValue: String(words[2]))
            else { return nil }
            isInside = true
            lines += table.lines(in: language).map { Substring($0) }
        }
        return isInside ? nil : lines.joined(separator: "\n")
    }
}
