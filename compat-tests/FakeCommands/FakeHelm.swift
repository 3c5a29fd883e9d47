import CaseFormat
import FoundationEssentials

/// Behaves like helm, with the short output of the recordings.
struct FakeHelm {
    private let answers: Answers.Helm

    init(_ answers: Answers.Helm) { self.answers = answers }

    /// - Returns: the exit status.
    func run(_ words: [String]) throws -> Int32 {
        if answers.warns == true { writeError("WARNING: helm \(words.first ?? "") warns") }
        switch words.first {
        case "version" where words == ["version", "--short"]:
            let version = answers.version ?? "v3.14.2+gc309b6f"
            if !version.isEmpty { writeLine(version) }
            return answers.statuses?["version"] ?? 0
        case "pull" where words.count == 6 && words[2] == "--version" && words[4] == "-d":
            try pull(words[1], version: words[3], into: words[5])
        case "push" where words.count == 3 || words.count == 4 && words[3] == "--plain-http":
            if answers.pushFails?.contains(words[1]) == true { throw failure("push", "Error: failed to push") }
            writeLine("Pushed: \(words[2])")
        default:
            throw Refusal("Error: unknown command for \"helm\": \(words.joined(separator: " "))")
        }
        return 0
    }

    /// As with helm, the directory has to be there.
    private func pull(_ url: String, version: String, into directory: String) throws {
        if answers.pullFails?.contains(url) == true { throw failure("pull", "Error: \(url): not found") }
        let name = url.split(separator: "/").last ?? ""
        let file = "\(directory)/\(name)-\(version).tgz"
        do {
            try Data("CHART \(url) \(version)\n".utf8).write(to: URL(filePath: file))
        } catch {
            throw Refusal("Error: open \(file): no such file or directory")
        }
        writeLine("Pulled: \(name):\(version)")
    }

    private func failure(_ command: String, _ text: String) -> Refusal {
        Refusal(text, status: answers.statuses?[command] ?? 1)
    }
}
