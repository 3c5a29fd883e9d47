import CommandLine
import Engine
import HTTP
import Registry

/// The log of `--verbose` on standard error: a line for each request, login and decision.
///
/// The lines begin with `>` after the program's name, which distinguishes them from other messages.
struct Trace: Sendable {
    private let console: Console

    /// - Returns: `nil` without `--verbose`.
    init?(_ options: Options, console: Console) {
        guard options.extensions.verbose else { return nil }
        self.console = console
    }

    /// Logs requests and their pauses.
    var http: HTTPTrace { { log(Self.line($0)) } }

    /// Logs logins, retries and other decisions of the registry client.
    var registry: RegistryTrace { { log(Self.line($0)) } }

    /// Logs the outcomes of the blobs of an image.
    func log(_ blobs: [BlobOutcome], of image: String) {
        for blob in blobs { log(Self.line(blob, of: image)) }
    }

    private func log(_ line: String) { console.remark("> " + line) }
}

extension Duration {
    /// The duration for people: `12 ms`, `3.4 s`, `7 min 5 s`.
    var text: String {
        let (seconds, attoseconds) = components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        default: "\(seconds / 60) min \(seconds % 60) s"
        }
    }
}
