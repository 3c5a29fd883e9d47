import CaseFormat
import FoundationEssentials

/// Behaves like docker, with the short output of the recordings.
struct FakeDocker {
    private static let digest = "sha256:" + String(repeating: "0", count: 64)

    private let answers: Answers.Docker
    private let variables: [String]

    /// - Parameter variables: text in the log before each call.
    init(_ answers: Answers.Docker, variables: [String]) {
        self.answers = answers
        self.variables = variables
    }

    /// Whether this is a push to be left out, since what it pushes could not be tagged.
    func skips(_ words: [String]) throws -> Bool {
        guard answers.skipsPushAfterFailedTag == true, words.count == 2, words[0] == "push" else { return false }
        guard let tag = try Log.previous(), tag.status != 0 else { return false }
        return tag.words.suffix(3).first == "tag" && tag.words.last == words[1]
    }

    /// - Returns: the exit status.
    func run(_ words: [String]) throws -> Int32 {
        let rest = Array(words.dropFirst())
        if let command = words.first, answers.endless?.contains(command) == true {
            try Log.writeProcessID()
            while true { writeLine(command) }
        }
        guard answers.hasNoDaemon != true else {
            throw Refusal(
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
            )
        }
        if answers.warns == true { writeError("WARNING: docker \(words.first ?? "") warns") }
        switch words.first {
        case "info": return info()
        case "pull": return try pull(try Self.only(rest))
        case "inspect": return try inspect(try Self.only(rest))
        case "save": return try save(rest)
        case "load": return try load(rest)
        case "tag": return try tag(rest)
        case "push": return try push(try Self.only(rest))
        case "manifest": return try manifest(rest)
        default: throw Refusal("docker: '\(words.first ?? "")' is not a docker command")
        }
    }

    private func info() -> Int32 {
        let text = answers.info ?? "Storage Driver: overlay2\n"
        writeLine(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        return answers.statuses?["info"] ?? 0
    }

    private func pull(_ reference: String) throws -> Int32 {
        try require([reference])
        if answers.pullFails?.contains(reference) == true {
            throw failure(
                "pull",
                "Error response from daemon: manifest for \(reference) not found: manifest unknown: manifest unknown"
            )
        }
        writeLine("Status: Downloaded newer image for \(reference)")
        writeLine(reference)
        return 0
    }

    private func inspect(_ reference: String) throws -> Int32 {
        guard answers.local?.contains(reference) == true else {
            throw failure("inspect", "Error: No such object: \(reference)")
        }
        writeLine("[]")
        return 0
    }

    private func save(_ words: [String]) throws -> Int32 {
        var references: [String] = []
        var file: String?
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "-o" {
                guard let value = rest.popFirst() else {
                    throw Refusal("flag needs an argument: 'o' in -o", status: 125)
                }
                file = value
            } else {
                references.append(word)
            }
        }
        try require(references)
        if answers.saveFails == true { throw failure("save", "Error response from daemon: reference does not exist") }
        let line = "SAVED " + references.joined(separator: " ")
        guard let file else {
            writeLine(line)
            if answers.saveBreaks == true { throw failure("save", "write: unexpected EOF") }
            return 0
        }
        // Docker renames its file when it is complete.
        if answers.saveBreaks == true { throw failure("save", "write: unexpected EOF") }
        try Self.write(line + "\n", to: file)
        return 0
    }

    private func load(_ words: [String]) throws -> Int32 {
        guard words.first == "--input" else { throw Refusal("requested load from stdin") }
        guard words.count > 1 else { throw Refusal("flag needs an argument: --input", status: 125) }
        if answers.loadFails == true { throw failure("load", "open \(words[1]): no such file or directory") }
        for image in answers.loads ?? [] { writeLine("Loaded image: \(image)") }
        return 0
    }

    private func tag(_ words: [String]) throws -> Int32 {
        guard words.count == 2 else { throw Refusal("\"docker tag\" requires exactly 2 arguments.") }
        try require(words)
        if answers.tagFails?.contains(words[0]) == true {
            throw failure("tag", "Error response from daemon: No such image: \(words[0])")
        }
        return 0
    }

    /// Pushes a reference. The text after the last colon is the tag.
    private func push(_ reference: String) throws -> Int32 {
        try require([reference])
        let colon = reference.lastIndex(of: ":") ?? reference.endIndex
        writeLine("The push refers to repository [\(reference[..<colon])]")
        if answers.pushFails?.contains(reference) == true {
            throw failure("push", "denied: requested access to the resource is denied")
        }
        writeLine("\(reference[colon...].dropFirst()): digest: \(Self.digest) size: 529")
        return 0
    }

    private func manifest(_ words: [String]) throws -> Int32 {
        guard ProcessInfo.processInfo.environment["DOCKER_CLI_EXPERIMENTAL"] == "enabled" else {
            throw Refusal(
                "docker manifest create is only supported on a Docker cli with experimental cli features enabled"
            )
        }
        guard words.count > 1 else { throw Refusal("docker manifest: a list is missing") }
        do {
            return try manifest(words[0], of: words[1], words)
        } catch let refusal as Refusal where answers.repeatsManifestInsecurely == true && Self.isOnThisMachine(words[1])
        {
            try Log.end(refusal.status)
            try Log.begin(variables + ["docker", "manifest"] + words + ["--insecure"])
            return try manifest(words[0], of: words[1], words + ["--insecure"])
        }
    }

    private func manifest(_ command: String, of list: String, _ words: [String]) throws -> Int32 {
        let isReached =
            words.contains("--insecure") || answers.withoutTls?.contains(where: { list.hasPrefix($0 + "/") }) != true
        switch command {
        case "create":
            if !isReached || answers.manifestCreateFails?.contains(list) == true {
                let member = words.dropFirst(2).first { !$0.hasPrefix("--") } ?? list
                throw failure("manifest create", "no such manifest: \(member)")
            }
            writeLine("Created manifest list \(list)")
        case "push":
            if !isReached || answers.manifestPushFails?.contains(list) == true {
                throw failure("manifest push", "No such manifest: \(list)")
            }
            writeLine(Self.digest)
        default:
            throw Refusal("docker manifest: '\(command)' is not a command")
        }
        return 0
    }

    private func failure(_ command: String, _ text: String) -> Refusal {
        Refusal(text, status: answers.statuses?[command] ?? 1)
    }

    private func require(_ references: [String]) throws {
        guard answers.refusesInvalidReferences == true else { return }
        for reference in references where !isReference(reference) { throw Refusal("invalid reference format") }
    }

    private static func isOnThisMachine(_ reference: String) -> Bool {
        let registry = reference.prefix { $0 != "/" }
        return registry == "localhost" || ["localhost:", "127.", "[::1]"].contains { registry.hasPrefix($0) }
    }

    private static func only(_ words: [String]) throws -> String {
        guard words.count == 1 else { throw Refusal("requires exactly 1 argument.") }
        return words[0]
    }

    private static func write(_ text: String, to file: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: file))
        } catch {
            throw Refusal("failed to save image: invalid output path: \(file)")
        }
    }
}
