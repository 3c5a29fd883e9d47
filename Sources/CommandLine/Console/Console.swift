import Glibc
import Synchronization
import SystemIO

/// The two streams that people and other programs read. Nothing else of the program writes to them, but for child processes
/// that get them.
///
/// A line is written whole, under a lock and without a buffer, so lines of several threads and of child processes never mix, and
/// above whatever is drawn on the terminal (``draw(_:)``). A reader that goes away does not end the run: what cannot be written is
/// dropped, and the first error is kept.
package final class Console: Sendable {
    /// Standard output, for child processes that write to it.
    package let output: File
    /// Standard error.
    package let errors: File
    private let prefix: String
    private let isQuiet: Bool
    private let screen: Screen
    private let outputReach: Screen.Reach
    /// `nil` if lines are written by whoever prints them.
    private let delivery: Delivery?
    private let firstOutputError = Mutex<FileError?>(nil)

    /// Takes over two open streams. SIGPIPE is ignored from now on in the whole process, so that a stream without a reader is
    /// an error and not the end.
    ///
    /// - Parameter programName: the program as it was typed; its last part begins every notice.
    package convenience init(output: File, errors: File, programName: String) {
        self.init(
            output: output,
            prefix: lastPathComponent(programName) + ": ",
            isQuiet: false,
            screen: Screen(errors),
            delivery: nil
        )
        signal(SIGPIPE, SIG_IGN)
    }

    private init(output: File, prefix: String, isQuiet: Bool, screen: Screen, delivery: Delivery?) {
        self.delivery = delivery
        self.output = output
        self.errors = screen.stream
        self.prefix = prefix
        self.isQuiet = isQuiet
        self.screen = screen
        outputReach = Screen.Reach(of: output)
    }

    /// The same streams, without remarks.
    package var quiet: Console {
        Console(output: output, prefix: prefix, isQuiet: true, screen: screen, delivery: delivery)
    }

    /// The same standard error, which gets the lines of standard output too.
    package var withoutOutput: Console {
        Console(output: errors, prefix: prefix, isQuiet: isQuiet, screen: screen, delivery: delivery)
    }

    /// The same streams, written to in the background, so that a reader who does not read holds up nothing but the lines.
    ///
    /// Call ``finish()`` before the end of the program, and before another console writes.
    package var inBackground: Console {
        Console(output: output, prefix: prefix, isQuiet: isQuiet, screen: screen, delivery: Delivery())
    }

    /// Waits until everything is written that was printed in the background.
    package func finish() async { await delivery?.finish() }

    /// The first reason for which a line could not be written to standard output.
    package var outputError: FileError? {
        firstOutputError.withLock(\.self)
    }

    /// Whether standard output has lost a line.
    package var outputFailed: Bool {
        outputError != nil
    }

    /// Writes a line of the scripts, or several with newlines between them, to standard output.
    package func print(_ line: String) {
        deliver { [self] in
            screen.write(reaching: outputReach) {
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
        guard let delivery else { return write() }
        delivery.add(write)
    }

    /// Writes a sentence to standard error, after the program's name. Control characters and invisible ones, which could come from a
    /// list or a registry, are escaped instead of being sent to the terminal; so are bytes that are not UTF-8. A sentence longer than
    /// ``longestSentence`` is cut.
    package func notice(_ sentence: String) {
        let shown = sentence.prefix(utf8Bytes: Self.longestSentence)
        let line = prefix + String(shown).visible + (shown.endIndex < sentence.endIndex ? "...\n" : "\n")
        deliver { [self] in
            screen.write(reaching: .terminal) {
                // Where standard error cannot be written to, there is no other place to say so.
                try? errors.write(line)
            }
        }
    }

    /// Writes a sentence, as ``notice(_:)`` does, that nobody needs who asks for quiet: it tells neither of a failure nor of the end.
    package func remark(_ sentence: String) {
        if !isQuiet { notice(sentence) }
    }

    /// Hands on what a command has written to standard error.
    ///
    /// - Throws: `FileError`.
    package func passOn(_ bytes: UnsafeRawBufferPointer) throws {
        delivery?.finish()
        let endsLine = bytes.last.map { $0 == UInt8(ascii: "\n") } ?? true
        var result = Result<Void, any Error>.success(())
        screen.write(reaching: .terminal, endsLine: endsLine) { result = Result { try errors.write(bytes) } }
        try result.get()
    }

    /// In bytes of UTF-8, much more than any sentence of this program's own.
    private static let longestSentence = 8 << 10
}

// MARK: Drawing

extension Console {
    /// Draws lines below everything else, in the place of those drawn before. They stay there until ``endDrawing()``, whatever is
    /// printed meanwhile.
    ///
    /// - Parameter lines: without control characters, each shorter than the terminal is wide.
    package func draw(_ lines: [String]) { screen.draw(lines) }

    /// Takes away what is drawn, for good.
    package func endDrawing() { screen.end() }

    /// Nothing is drawn from now on: a command gets standard output, and may draw on the terminal itself.
    package func lendOutput() {
        delivery?.finish()
        if outputReach != .elsewhere { screen.lend() }
    }

    /// The command of ``lendOutput()`` has ended.
    package func takeOutputBack() {
        if outputReach != .elsewhere { screen.takeBack() }
    }

    /// Whether a command has the terminal that is drawn on.
    package var isLent: Bool { screen.isLent }
}
