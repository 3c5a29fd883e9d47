import Glibc
import Synchronization
import SystemIO

/// Standard output and standard error. Only the console and child processes write to them.
///
/// Each line is written with one call, under a lock and without a buffer, so that lines of several threads and of child processes do not
/// mix. Printed lines are above the lines that are drawn on the terminal (``draw(_:)``). A reader that closes its pipe does not end the
/// run: later lines are dropped, and the first error is kept.
package final class Console: Sendable {
    /// Standard output, for child processes that write to it.
    package let output: File
    /// Standard error.
    package let errors: File
    private let prefix: String
    private let isQuiet: Bool
    private let screen: Screen
    private let destination: Screen.Destination
    /// `nil` if lines are written on the thread that prints them.
    private let background: BackgroundWriter?
    private let firstOutputError = Mutex<FileError?>(nil)

    /// Uses two open streams. SIGPIPE is ignored from now on in the process, so that a stream without a reader is an error.
    ///
    /// - Parameter programName: `$0` of the scripts; its last path component begins every notice.
    package convenience init(output: File, errors: File, programName: String) {
        self.init(
            output: output,
            prefix: lastPathComponent(programName) + ": ",
            isQuiet: false,
            screen: Screen(errors),
            background: nil
        )
        signal(SIGPIPE, SIG_IGN)
    }

    private init(output: File, prefix: String, isQuiet: Bool, screen: Screen, background: BackgroundWriter?) {
        self.background = background
        self.output = output
        self.errors = screen.stream
        self.prefix = prefix
        self.isQuiet = isQuiet
        self.screen = screen
        destination = Screen.Destination(of: output)
    }

    /// A console for the same streams that drops remarks.
    package var quiet: Console {
        Console(output: output, prefix: prefix, isQuiet: true, screen: screen, background: background)
    }

    /// A console that prints to standard error only.
    package var withoutOutput: Console {
        Console(output: errors, prefix: prefix, isQuiet: isQuiet, screen: screen, background: background)
    }

    /// A console for the same streams that writes in the background, so that a slow reader does not block the run.
    ///
    /// Call ``finish()`` before the end of the program, and before another console writes.
    package var inBackground: Console {
        Console(output: output, prefix: prefix, isQuiet: isQuiet, screen: screen, background: BackgroundWriter())
    }

    /// Waits until all printed lines are written.
    package func finish() async { await background?.finish() }

    /// The error of the first line that could not be written to standard output.
    package var outputError: FileError? { firstOutputError.withLock(\.self) }

    /// Prints a line of the scripts, or several with newlines between them, to standard output.
    package func print(_ line: String) {
        deliver { [self] in
            screen.write(to: destination) {
                firstOutputError.withLock { firstError in
                    guard firstError == nil else { return }
                    do throws(FileError) {
                        try output.write(line + "\n")
                    } catch {
                        firstError = error
                    }
                }
            }
        }
    }

    private func deliver(_ write: @escaping @Sendable () -> Void) {
        guard let background else { return write() }
        background.add(write)
    }

    /// Prints a sentence to standard error, after the program's name. Control characters, invisible characters and bytes that are not UTF-8
    /// are escaped, since lists and registries can contain them. A sentence longer than ``longestSentence`` is truncated.
    package func notice(_ sentence: String) {
        let shown = sentence.prefix(utf8Bytes: Self.longestSentence)
        let line = prefix + String(shown).visible + (shown.endIndex < sentence.endIndex ? "...\n" : "\n")
        deliver { [self] in
            screen.write(to: .terminal) {
                // There is no stream for an error of standard error.
                try? errors.write(line)
            }
        }
    }

    /// Prints a sentence as ``notice(_:)`` does, unless the console is quiet. It is neither a failure nor the final count.
    package func remark(_ sentence: String) {
        if !isQuiet { notice(sentence) }
    }

    /// Writes output of a command to standard error.
    ///
    /// - Throws: `FileError`.
    package func passOn(_ bytes: UnsafeRawBufferPointer) throws {
        background?.finish()
        let endsLine = bytes.last.map { $0 == UInt8(ascii: "\n") } ?? true
        var result = Result<Void, any Error>.success(())
        screen.write(to: .terminal, endsLine: endsLine) { result = Result { try errors.write(bytes) } }
        try result.get()
    }

    /// Bytes of UTF-8, much more than any sentence of this program has.
    private static let longestSentence = 8 << 10
}

// MARK: Drawing

extension Console {
    /// Draws lines below the printed lines, and replaces the lines drawn before. They stay there until ``endDrawing()``.
    ///
    /// - Parameter lines: lines without control characters, each shorter than the terminal is wide.
    package func draw(_ lines: [String]) { screen.draw(lines) }

    /// Erases the drawn lines, and ignores later calls of ``draw(_:)``.
    package func endDrawing() { screen.end() }

    /// Stops drawing while a command has standard output, since it may draw on the terminal.
    package func lendOutput() {
        background?.finish()
        if destination != .file { screen.lend() }
    }

    /// Resumes drawing after the command of ``lendOutput()`` has ended.
    package func takeOutputBack() {
        if destination != .file { screen.takeBack() }
    }

    /// Whether a command has standard output.
    package var isLent: Bool { screen.isLent }
}
