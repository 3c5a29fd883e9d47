import Glibc

/// A command that could not be started, or timed out.
package struct ChildProcessError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The file does not exist, or no directory of `PATH` has one of that name. Shells report status 127.
        case notFound
        /// The file cannot be executed; with the `errno`. Shells report status 126.
        case notExecutable(Int32)
        /// The arguments and the environment are longer than the system allows (`E2BIG`).
        case argumentListTooLong
        /// The system has no process, descriptor or memory left, or another `errno`.
        case system(Int32)
        /// The command timed out and was stopped.
        case timeLimit(Duration)
    }

    /// The name or path of the command, without its arguments.
    package let command: String
    package let reason: Reason

    package init(command: String, reason: Reason) {
        self.command = command
        self.reason = reason
    }

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
