import Glibc
import Synchronization
import SystemIO

/// A stream that is drawn on: lines that are written stand above, and what is drawn below them, at the end.
///
/// The cursor stands at the beginning of the line below what is drawn. So the terminal is left as it was found, however the run
/// ends, and what others write in between, be it an echoed key, tears no line.
final class Screen: Sendable {
    /// Where the lines of a stream may show up.
    enum Reach {
        /// On the terminal.
        case terminal
        /// Perhaps on the terminal a little later, as of a pipe into `tee`.
        case perhaps
        /// In a file.
        case elsewhere

        /// The reach of a stream of this process.
        init(of stream: File) {
            var status = stat()
            guard fstat(stream.descriptor, &status) == 0 else {
                self = .elsewhere
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG, S_IFBLK: self = .elsewhere
            case S_IFCHR: self = isatty(stream.descriptor) != 0 ? .terminal : .elsewhere
            default: self = .perhaps
            }
        }
    }

    private struct State {
        /// What is drawn, or stood there before it was taken away for a moment.
        var lines: [String] = []
        /// How many lines above the cursor are drawn.
        var height = 0
        /// Whether the next picture is left out, to let others write who read from a pipe.
        var skipsNext = false
        /// Whether the cursor is at the beginning of a line.
        var isAtStart = true
        /// How many commands may write to the terminal themselves.
        var borrowers = 0
        var hasEnded = false
        /// How often the process had been stopped and gone on when something was drawn.
        var resumptions = 0
    }

    /// What is drawn on.
    let stream: File
    private let state = Mutex(State())

    init(_ stream: File) {
        self.stream = stream
    }

    /// Has something written where nothing is drawn, and draws again below it.
    ///
    /// - Parameter endsLine: whether what is written ends in a newline.
    func write(reaching reach: Reach, endsLine: Bool = true, _ body: () -> Void) {
        locked { state in
            guard reach != .elsewhere else { return body() }
            let lines = state.height > 0 ? state.lines : []
            erase(&state)
            body()
            if reach == .terminal { state.isAtStart = endsLine }
            switch reach {
            case .terminal where !lines.isEmpty: show(lines, &state)
            case .perhaps: state.skipsNext = true
            default: break
            }
        }
    }

    func draw(_ lines: [String]) {
        locked { state in
            guard !state.skipsNext else {
                state.skipsNext = false
                return
            }
            show(lines, &state)
        }
    }

    /// Takes away what is drawn, for good.
    func end() {
        locked { state in
            erase(&state)
            state.hasEnded = true
        }
    }

    func lend() {
        locked { state in
            erase(&state)
            state.borrowers += 1
        }
    }

    func takeBack() {
        state.withLock { $0.borrowers -= 1 }
    }

    var isLent: Bool { state.withLock { $0.borrowers > 0 } }

    /// Puts lines in the place of those that are drawn, in one piece, so that nothing flickers.
    private func show(_ lines: [String], _ state: inout State) {
        guard !state.hasEnded, state.borrowers == 0, state.isAtStart else { return }
        let text = Self.upwards(state.height) + lines.map { $0 + Self.eraseLine + "\n" }.joined() + Self.eraseBelow
        // What cannot be drawn is no loss.
        try? stream.write(text)
        state.lines = lines
        state.height = lines.count
    }

    private func erase(_ state: inout State) {
        guard state.height > 0 else { return }
        try? stream.write(Self.upwards(state.height) + Self.eraseBelow)
        state.height = 0
    }

    /// While the process was stopped, the shell has written below what was drawn: that stays there then.
    private func locked(_ body: (inout State) -> Void) {
        state.withLock { state in
            let resumptions = Resumptions.count
            if resumptions != state.resumptions { state.height = 0 }
            state.resumptions = resumptions
            body(&state)
        }
    }

    // Control sequences of ECMA-48, 8.3: CUU, EL and ED.

    private static func upwards(_ lines: Int) -> String { lines > 0 ? "\r\u{1B}[\(lines)A" : "" }
    private static let eraseLine = "\u{1B}[K"
    private static let eraseBelow = "\u{1B}[J"
}
