import SystemIO

/// The arguments of `docker save`, as the save script expands all names that were pulled: `$(echo ${pulled})`.
///
/// The script quotes nothing. So spaces split a name into arguments, wildcards match files, and leading arguments that `echo` takes for
/// options are dropped. None of this applies to names that docker can pull; it can apply to names in docker's local store.
package struct DockerSaveArguments: Sendable, Equatable {
    /// The arguments after `docker save`.
    package let arguments: [String]
    /// The number that `wc -w` counts in the output of `echo`, which the script prints.
    package let count: Int

    /// Expands names that were pulled or found.
    package init(_ names: [String]) {
        let printed = Self.expanded(names).drop(while: Self.isOption)
        arguments = Self.expanded(printed)
        // `wc` splits at everything that isspace(3) accepts; the shell splits at spaces, tabs and newlines only.
        count = printed.reduce(0) { $0 + $1.utf8.split { (9...13).contains($0) || $0 == UInt8(ascii: " ") }.count }
    }

    private static func expanded(_ texts: some Sequence<String>) -> [String] {
        texts.flatMap { text in
            text.utf8.split { isSpace($0) || $0 == UInt8(ascii: "\n") }.map { String(Substring($0)) }
        }
        .flatMap { word in
            let matches = ShellPath(word).matches
            return matches.isEmpty ? [word] : matches
        }
    }

    /// Whether `echo` of bash takes a leading argument for an option.
    private static func isOption(_ word: String) -> Bool {
        word.utf8.count > 1 && word.utf8.first == UInt8(ascii: "-")
            && word.utf8.dropFirst().allSatisfy("neE".utf8.contains)
    }
}
