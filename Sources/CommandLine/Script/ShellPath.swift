import Glibc
import SystemIO

/// A path as a shell takes it where it stands without quotes: with wildcards that stand for the files that are there.
package struct ShellPath: Sendable {
    private let path: String

    /// The path as it was typed.
    package init(_ path: String) {
        self.path = path
    }

    /// The files and directories whose paths fit, in the order of their bytes (glob(3)). A dot at the beginning of a name is only
    /// fitted by a dot. Without a wildcard there are none. A file that a run has not finished is none of them, as the scripts leave no
    /// such files.
    package var matches: [String] {
        guard path.utf8.contains(where: { wildcards.contains($0) }) else { return [] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(path.nativeCString, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc))
            .compactMap { found.gl_pathv[$0].map { String(nativeCString: $0) } }
            .filter { path in !unfinished.contains { path.hasSuffix($0) } }
    }

    /// The words that the shell makes of the path: what fits, else the path itself; none for an empty one. A path with blanks is one
    /// word and stands for itself (D4).
    package var words: [String] {
        guard !path.isEmpty else { return [] }
        guard !path.utf8.contains(where: isBlank) else { return [path] }
        let matches = matches
        return matches.isEmpty ? [path] : matches
    }
}

private let unfinished = StagedFile.suffixes + StagedFile.suffixes.map { $0 + ".journal" }
private let wildcards = Set("*?[".utf8)
