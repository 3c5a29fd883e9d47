/// What docker's commands print, without what varies from run to run.
package enum DockerOutput {
    /// The lines, with names in place of registries, the images that were loaded in the order of their names, and the layers of
    /// each push in the order of their IDs.
    ///
    /// - Parameter names: what to write for a registry, or another word, wherever it stands.
    package static func stable(_ text: String, names: KeyValuePairs<String, String>) -> [String] {
        var text = text
        for (word, name) in names { text = text.replacing(word, with: name) }
        var lines: [String] = []
        var sorted: [String] = []
        for line in text.split(separator: "\n") {
            guard isLoaded(line) || isLayer(line) else {
                lines += sorted.sorted() + [String(line)]
                sorted = []
                continue
            }
            // From which of several repositories a layer is mounted is left to chance.
            let mounted = line.firstRange(of: ": Mounted from ").map { line[..<$0.upperBound] + "…" }
            sorted.append(String(mounted ?? line))
        }
        return lines + sorted.sorted()
    }

    private static func isLoaded(_ line: Substring) -> Bool { line.hasPrefix("Loaded image") }

    private static func isLayer(_ line: Substring) -> Bool {
        let id = line.prefix { $0 != ":" }
        return id.count == 12 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}
