import Basics
import ByteIO
import Glibc
import Synchronization

/// The two streams that people and other programs read. Nothing else of the program writes to them, but for child processes
/// that get them.
///
/// A line is written whole, under a lock and without a buffer, so lines of several threads and of child processes never mix.
/// A reader that goes away does not end the run: what cannot be written is dropped, and the first error is kept.
package final class Console: Sendable {
    /// Standard output, for child processes that write to it.
    package let output: File
    /// Standard error, for child processes that write to it.
    package let errors: File
    private let prefix: String
    private let firstOutputError = Mutex<FileError?>(nil)
    private let errorsLock = Mutex<Void>(())

    /// Takes over two open streams. SIGPIPE is ignored from now on in the whole process, so that a stream without a reader is
    /// an error and not the end.
    ///
    /// - Parameter programName: the program as it was typed; its last part begins every notice.
    package init(output: File, errors: File, programName: String) {
        self.output = output
        self.errors = errors
        prefix = lastPathComponent(programName) + ": "
        signal(SIGPIPE, SIG_IGN)
    }

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
        firstOutputError.withLock { firstError in
            guard firstError == nil else { return }
            do throws(FileError) {
                try output.write(line + "\n")
            } catch {
                firstError = error
            }
        }
    }

    /// Writes a sentence to standard error, after the program's name. Control characters, which could come from a list or a
    /// registry, are shown instead of being sent to the terminal; so are bytes that are no UTF-8.
    package func notice(_ sentence: String) {
        let line = prefix + sentence.unicodeScalars.map(Self.visible).joined() + "\n"
        errorsLock.withLock { _ in
            // Where standard error cannot be written to, there is no other place to say so.
            try? errors.write(line)
        }
    }

    private static func visible(_ scalar: Unicode.Scalar) -> String {
        if let byte = scalar.escapedByte { return "\\x" + String(byte, radix: 16, uppercase: true) }
        return scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }
}
