import Glibc

/// A stand-in for `docker` and `helm`: it is called by one of these names, answers as a recording says, and keeps a log of
/// its calls. `STAND_IN_RECORDING` is the path of the recording, `STAND_IN_LOG` that of the log, a line of JSON for each call.
@main
struct Main {
    static func main() {
        let arguments = CommandLine.arguments
        let name = String(arguments[0].split(separator: "/").last ?? "")
        do {
            try Log.add([name] + arguments.dropFirst())
            let answers = try Answers.read()
            let words = Array(arguments.dropFirst())
            switch name {
            case "docker": exit(try DockerStandIn(answers.docker ?? .init()).run(words))
            case "helm": exit(try HelmStandIn(answers.helm ?? .init()).run(words))
            default: throw Refusal("a stand-in is called docker or helm, and not \(name)")
            }
        } catch let refusal as Refusal {
            writeError(refusal.text)
            exit(refusal.status)
        } catch {
            writeError("stand-in: \(error)")
            exit(70)
        }
    }
}

/// Why a command fails.
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

private func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { exit(74) }
        rest = rest.dropFirst(count)
    }
}
