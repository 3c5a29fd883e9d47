import CommandLine
import SystemIO

/// The way that the progress of a run is shown.
enum ProgressStyle: Equatable {
    /// Lines at the bottom of a terminal that are redrawn.
    case drawn(isUTF8: Bool)
    /// A sentence now and then.
    case sentences
    case none

    /// - Parameter isTerminal: whether standard error is a terminal.
    init(_ options: ToolOptions, environment: Environment, isTerminal: Bool) {
        let drawn = ProgressStyle.drawn(isUTF8: Self.isUTF8(environment))
        let terminal = environment["TERM"] ?? ""
        self =
            switch options.progress {
            case _ where options.quiet: .none
            case .none: .none
            case .plain: .sentences
            case .terminal: drawn
            // A terminal of the type dumb knows no control sequences.
            case .auto: isTerminal && !["", "dumb"].contains(terminal) ? drawn : .sentences
            }
    }

    /// Whether the locale's characters are UTF-8 (POSIX.1-2017, 8.2: the first of these variables that is set counts).
    private static func isUTF8(_ environment: Environment) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment.value).first ?? ""
        let name = locale.lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8")
    }
}
