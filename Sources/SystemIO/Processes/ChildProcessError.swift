import Glibc

/// Why a command was not run to its end.
package struct ChildProcessError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// No file of that name is there, or in any directory of `PATH`. Shells report status 127.
        case notFound
        /// There is such a file, but it must not or cannot be executed; with the `errno`. Shells report status 126.
        case notExecutable(Int32)
        /// The arguments and the environment are longer than the system takes (`E2BIG`).
        case argumentListTooLong
        /// The system has no process, descriptor or memory left, or refuses for another reason; with the `errno`.
        case system(Int32)
        /// The command ran longer than it was allowed to, and was ended.
        case timeLimit(Duration)
    }

    /// The command as it was called, without its arguments.
    package let command: String
    package let reason: Reason

    package init(command: String, reason: Reason) {
        self.command = command
        self.reason = reason
    }

    /// One sentence that names the command.
    package var description: String {
        switch reason {
        case .notFound where command.contains("/"): "cannot run \(command): there is no such file"
        case .notFound: "cannot run \(command): it is not installed, or not in PATH"
        case .notExecutable(let code): "cannot run \(command): \(systemMessage(code))"
        case .argumentListTooLong: "cannot run \(command): its argument list is too long for the system"
        case .system(let code): "cannot run \(command): \(systemMessage(code))"
        case .timeLimit(let limit): "\(command) did not end within \(limit) and was stopped"
        }
    }
}
