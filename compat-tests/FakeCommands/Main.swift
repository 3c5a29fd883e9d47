import CaseFormat
import FoundationEssentials
import Glibc

/// A fake for `docker` and `helm`: it is called by one of these names, answers as a case file says, and keeps a log of its
/// calls. `STAND_IN_RECORDING` is the path of the case file, `STAND_IN_LOG` that of the log.
@main
struct Main {
    static func main() {
        let name = String(CommandLine.arguments[0].split(separator: "/").last ?? "")
        var status: Int32 = 70
        do {
            let answers = try answers()
            let variables = variables(answers)
            let words = words()
            let docker = FakeDocker(answers.docker ?? .init(), variables: variables)
            if name == "docker", try docker.skips(words) { exit(1) }
            try Log.begin(variables + [name] + words)
            switch name {
            case "docker": status = try docker.run(words)
            case "helm": status = try FakeHelm(answers.helm ?? .init()).run(words)
            default: throw Refusal("a fake is called docker or helm, and not \(name)")
            }
        } catch let refusal as Refusal {
            writeError(refusal.text)
            status = refusal.status
        } catch {
            writeError("fake: \(error)")
        }
        leave(status)
    }

    private static func answers() throws -> Answers {
        let path = ProcessInfo.processInfo.environment["STAND_IN_RECORDING"] ?? ""
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Answers.self, from: Data(contentsOf: URL(filePath: path)))
    }

    /// The arguments after the name. Swift's own arguments have a replacement for bytes that are not UTF-8.
    private static func words() -> [String] {
        (1..<max(1, Int(CommandLine.argc)))
            .compactMap { index in
                CommandLine.unsafeArgv[index]
                    .map { word in
                        let bytes = UnsafeBufferPointer(start: word, count: strlen(word)).map { UInt8(bitPattern: $0) }
                        return Marker.undone(String(readable: bytes))
                    }
            }
    }

    private static func variables(_ answers: Answers) -> [String] {
        let environment = ProcessInfo.processInfo.environment
        return (answers.logsVariables ?? []).compactMap { name in environment[name].map { "\(name)=\($0)" } }
    }
}

/// The failure of a command.
struct Refusal: Error {
    let text: String
    let status: Int32

    init(_ text: String, status: Int32 = 1) {
        self.text = text
        self.status = status
    }
}

/// Writes a line to standard output.
func writeLine(_ line: String) {
    write(line + "\n", to: STDOUT_FILENO)
}

/// Writes a line to standard error.
func writeError(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
}

/// Ends the process, and the call in the log.
func leave(_ status: Int32) -> Never {
    try? Log.end(status)
    exit(status)
}

private func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { leave(74) }
        rest = rest.dropFirst(count)
    }
}
