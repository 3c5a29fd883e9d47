import Glibc
import SystemIO

/// A path that the shell expands, since the script does not quote it.
package struct ShellPath: Sendable {
    private let path: String

    package init(_ path: String) { self.path = path }

    /// The files and directories that match, in the order of their bytes (glob(3)); none without a wildcard. A leading dot of a name is only
    /// matched by a dot. Staged files are excluded, since the scripts have none.
    package var matches: [String] {
        guard path.utf8.contains(where: { wildcards.contains($0) }) else { return [] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(path.nativeCString, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc))
            .compactMap { found.gl_pathv[$0].map { String(nativeCString: $0) } }
            .filter { path in !stagedSuffixes.contains { path.hasSuffix($0) } }
    }

    /// The arguments that the shell expands the path to: the matches, else the path; none for an empty path. A path with spaces is not
    /// expanded (D4).
    package var arguments: [String] {
        guard !path.isEmpty else { return [] }
        guard !path.utf8.contains(where: isSpace) else { return [path] }
        let matches = matches
        return matches.isEmpty ? [path] : matches
    }
}

private let stagedSuffixes = StagedFile.suffixes + StagedFile.suffixes.map { $0 + ".journal" }
private let wildcards = Set("*?[".utf8)
