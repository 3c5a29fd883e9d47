import SystemIO

/// The words of the one `docker save`, as the save script makes them of all names that were pulled: `$(echo ${pulled})`.
///
/// Nothing is quoted there. So blanks in a name part it into words, wildcards stand for files that are there, and words in front
/// that `echo` takes for options are gone. A name that docker can pull is none of this; one in its local store may be.
package struct SaveWords: Sendable, Equatable {
    /// The words behind `docker save`.
    package let words: [String]
    /// How many words `wc -w` counts in what `echo` prints, which is what the script tells.
    package let count: Int

    /// Expands names that were pulled or found.
    package init(_ names: [String]) {
        let printed = Self.expanded(names).drop(while: Self.isOption)
        words = Self.expanded(printed)
        // What isspace(3) holds for one parts words here; the shell only takes blanks and newlines.
        count = printed.reduce(0) { $0 + $1.utf8.split { (9...13).contains($0) || $0 == UInt8(ascii: " ") }.count }
    }

    private static func expanded(_ texts: some Sequence<String>) -> [String] {
        texts.flatMap { text in
            text.utf8.split { isBlank($0) || $0 == UInt8(ascii: "\n") }.map { String(Substring($0)) }
        }
        .flatMap { word in
            let matches = ShellPath(word).matches
            return matches.isEmpty ? [word] : matches
        }
    }

    /// Whether `echo` of bash takes a word in front for an option.
    private static func isOption(_ word: String) -> Bool {
        word.utf8.count > 1 && word.utf8.first == UInt8(ascii: "-")
            && word.utf8.dropFirst().allSatisfy("neE".utf8.contains)
    }
}
