import CaseFormat

// Differences in what is read: a script that is given something else does the same.

extension ListedDifference {
    private static let newline = UInt8(ascii: "\n")

    /// Differences in lists.
    static let inLists = [
        ListedDifference(
            name: "D1",
            given: { $0.changeLists { $0.isEmpty || $0.last == newline ? $0 : $0 + [newline] } }
        ),
        ListedDifference(
            name: "D2",
            given: { $0.changeListLines(Case.trimmed) }
        ),
        ListedDifference(
            name: "D3",
            given: { $0.changeListLines { $0.first == UInt8(ascii: "#") ? nil : $0 } }
        ),
        // A file can be read as often as one likes.
        ListedDifference(
            name: "D17",
            given: { given in
                guard !given.isPowerShell, let input = given.stdin else { return }
                given.files["stdin"] = Array(input.utf8)
                given.argv = ScriptFlags.changing(["-l", "--image-list", "--windows-image-list"], in: given.argv) {
                    $0 == "/dev/stdin" ? "stdin" : $0
                }
            }
        ),
        // The end of a name is marked, so that none is the beginning of another.
        ListedDifference(
            name: "D10",
            given: { given in
                guard !ScriptFlags(given).windowsList.isEmpty else { return }
                given.changeListLines { $0.isEmpty ? $0 : $0 + Array(String(Marker.nothing).utf8) }
                for (path, bytes) in given.files where path.hasPrefix("rancher-oci-charts/") && path.hasSuffix(".tgz") {
                    given.files["\(path.dropLast(4))\(Marker.nothing).tgz"] = bytes
                }
            }
        ),
        // Of the colons in a chart's name only the last one is left.
        ListedDifference(
            name: "D12",
            given: { given in
                guard !given.isPowerShell, given.names.contains(where: \.isChart) else { return }
                given.changeListLines { $0.isChart ? Array(hidingColons($0)) : $0 }
                given.argv = ScriptFlags.changing(["-s", "--source-registry"], in: given.argv) {
                    $0.replacing(":", with: String(Marker.of(":")))
                }
            }
        ),
    ]

    private static func hidingColons(_ line: [UInt8]) -> [UInt8] {
        let colon = UInt8(ascii: ":")
        guard let last = line.lastIndex(of: colon) else { return line }
        let marker = Array(String(Marker.of(":")).utf8)
        return Array(line[..<last].split(separator: colon, omittingEmptySubsequences: false).joined(separator: marker))
            + line[last...]
    }

    /// Differences in arguments.
    static let inArguments = [
        // The spaces of all paths are hidden if the archive's path has some.
        ListedDifference(
            name: "D4",
            given: { given in
                guard !given.isPowerShell, let images = ScriptFlags(given).images, images.contains(where: isSpace)
                else {
                    return
                }
                given.argv = ScriptFlags.changing(ScriptFlags.pathFlags, in: given.argv, hidingSpaces)
                given.files = Dictionary(uniqueKeysWithValues: given.files.map { (hidingSpaces($0.key), $0.value) })
            }
        ),
        ListedDifference(
            name: "D11",
            given: { given in
                guard !given.isPowerShell else { return }
                given.argv = ScriptFlags.changing(["--windows-versions"], in: given.argv) { $0.filter { !isSpace($0) } }
            }
        ),
    ]

    private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }

    private static func hidingSpaces(_ path: String) -> String {
        String(path.map { isSpace($0) ? Marker.of($0.unicodeScalars.first ?? " ") : $0 })
    }

    /// Differences in docker's behavior when the script calls it.
    static let inDocker = [
        ListedDifference(
            name: "D9",
            given: { if $0.isLoad, !$0.isPowerShell { $0.docker?.skipsPushAfterFailedTag = true } }
        ),
        ListedDifference(
            name: "D14",
            given: { if !ScriptFlags($0).windowsList.isEmpty { $0.docker?.repeatsManifestInsecurely = true } }
        ),
    ]
}
