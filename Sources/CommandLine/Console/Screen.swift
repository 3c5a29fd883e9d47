import Glibc
import Synchronization
import SystemIO

/// Draws lines on a terminal below the lines that are printed.
///
/// The cursor is at the beginning of the line below the drawn lines. So the terminal is usable however the run ends, and output of other
/// processes and echoed keys do not break a line. `state`'s lock is held while something is written.
final class Screen: Sendable {
    /// The destination of a stream.
    enum Destination {
        case terminal
        /// A pipe whose reader may print to the terminal, such as `tee`.
        case pipe
        case file

        init(of stream: File) {
            var status = stat()
            guard fstat(stream.descriptor, &status) == 0 else {
                self = .file
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG, S_IFBLK: self = .file
            case S_IFCHR: self = isatty(stream.descriptor) != 0 ? .terminal : .file
            default: self = .pipe
            }
        }
    }

    private struct State {
        /// The lines that are drawn, or were drawn last.
        var lines: [String] = []
        /// The number of drawn lines above the cursor.
        var height = 0
        /// Whether to skip the next drawing, so that the reader of a pipe can print.
        var skipsNext = false
        /// Whether the cursor is at the beginning of a line.
        var isAtStart = true
        /// The number of commands that write to the terminal.
        var borrowers = 0
        var hasEnded = false
        /// ``ContinueSignals/count`` at the last change.
        var continueSignals = 0
    }

    let stream: File
    private let state = Mutex(State())

    init(_ stream: File) {
        self.stream = stream
    }

    /// Erases the drawn lines, calls `body`, which writes to the destination, and draws the lines again.
    ///
    /// - Parameter endsLine: whether the written text ends in a newline.
    func write(to destination: Destination, endsLine: Bool = true, _ body: () -> Void) {
        locked { state in
            guard destination != .file else { return body() }
            let lines = state.height > 0 ? state.lines : []
            erase(&state)
            body()
            switch destination {
            case .terminal:
                state.isAtStart = endsLine
                if !lines.isEmpty { show(lines, &state) }
            case .pipe, .file: state.skipsNext = true
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

    /// Erases the drawn lines, and ignores later calls of ``draw(_:)``.
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

    /// Replaces the drawn lines with one write, so that nothing flickers.
    private func show(_ lines: [String], _ state: inout State) {
        guard !state.hasEnded, state.borrowers == 0, state.isAtStart else { return }
        let text = Self.cursorUp(state.height) + lines.map { $0 + Self.eraseLine + "\n" }.joined() + Self.eraseBelow
        // An error is ignored: the lines are only informational.
        try? stream.write(text)
        state.lines = lines
        state.height = lines.count
    }

    private func erase(_ state: inout State) {
        guard state.height > 0 else { return }
        try? stream.write(Self.cursorUp(state.height) + Self.eraseBelow)
        state.height = 0
    }

    /// Calls `body` with the lock held. If the process was stopped, the shell has written below the drawn lines, which then stay.
    private func locked(_ body: (inout State) -> Void) {
        state.withLock { state in
            let signals = ContinueSignals.count
            if signals != state.continueSignals { state.height = 0 }
            state.continueSignals = signals
            body(&state)
        }
    }

    // Control sequences of ECMA-48, 8.3: CUU, EL and ED.

    private static func cursorUp(_ lines: Int) -> String { lines > 0 ? "\r\u{1B}[\(lines)A" : "" }
    private static let eraseLine = "\u{1B}[K"
    private static let eraseBelow = "\u{1B}[J"
}
