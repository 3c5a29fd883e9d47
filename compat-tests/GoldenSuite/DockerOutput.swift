/// The output of docker's commands, without details that vary between runs.
package enum DockerOutput {
    /// Returns the lines, with names instead of registries, the images that were loaded in the order of their names, and the
    /// layers of each push in the order of their IDs.
    ///
    /// - Parameter names: the replacement of each registry or other word.
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
            // From which of several repositories a layer is mounted is random.
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
