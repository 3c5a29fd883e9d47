import GoldenSuite
import TestSupport
import Testing

/// A failed system call that strace injects into a run of an executable.
struct Fault: Sendable, CustomTestStringConvertible {
    /// The system calls in strace's syntax.
    let calls: String
    /// The effect in strace's syntax: `error=ENOSPC`, `signal=KILL`, and which of the calls it is for: `when=2+`.
    let effect: String

    init(_ calls: String, _ effect: String) {
        self.calls = calls
        self.effect = effect
    }

    var testDescription: String { "\(calls) \(effect)" }

    /// The result of a run.
    struct Outcome {
        /// The exit status of the shell.
        let status: Int32
        let errors: String
    }

    /// Runs an executable in a directory, with this fault in its calls for some files.
    ///
    /// - Parameter files: the paths of the files, which need not exist yet.
    func run(_ program: String, _ words: [String], files: [String], in directory: TemporaryDirectory) throws -> Outcome
    {
        let log = try TemporaryDirectory()
        let products = try Suite().products
        let arguments = (words + [directory.path]).map { "'\($0)'" }
        let command = """
            env -i PATH=/usr/bin:/bin HOME='\(log.path)' TMPDIR='\(log.path)' RANCHER_IMAGES_PATIENCE=1s \
            strace -f -qqq -o /dev/null \(files.map { "-P '\($0)'" }.joined(separator: " ")) \
            -e trace='\(calls)' -e inject='\(calls):\(effect)' \
            '\(products)/\(program)' \(arguments.dropLast().joined(separator: " ")) \
            >'\(log.path("output"))' 2>'\(log.path("errors"))'; echo $? >'\(log.path("status"))'
            """
        try directory.shell(command)
        let status = try log.text("status").split(separator: "\n").first.flatMap { Int32($0) }
        return Outcome(status: status ?? -1, errors: try log.text("errors"))
    }
}
