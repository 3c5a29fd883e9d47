import CommandLine
import Engine
import HTTP
import Registry

/// Tells on standard error, a line each, what happens on the way to the registries: `--verbose`.
///
/// Each line has a `>` after the program's name, by which it can be told from what a user has to read.
struct Trace: Sendable {
    private let console: Console

    /// - Returns: `nil` where nobody has asked for it.
    init?(_ options: Options, console: Console) {
        guard options.extensions.verbose else { return nil }
        self.console = console
    }

    /// Tells of requests and of what hosts ask for.
    var http: HTTPTrace { { tell(Self.line($0)) } }

    /// Tells of decisions on the way to registries.
    var registry: RegistryTrace { { tell(Self.line($0)) } }

    /// Tells what became of the blobs of an image.
    func tell(_ blobs: [BlobOutcome], of image: String) {
        for blob in blobs { tell(Self.line(blob, of: image)) }
    }

    private func tell(_ line: String) { console.remark("> " + line) }
}

extension Duration {
    /// As people read it: `12 ms`, `3.4 s`, `7 min 5 s`.
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
