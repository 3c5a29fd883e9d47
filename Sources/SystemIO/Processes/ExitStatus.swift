extension ChildProcess {
    /// The end of a process.
    package enum ExitStatus: Equatable, Sendable {
        /// The process exited with a status, 0 to 255.
        case exited(Int32)
        /// A signal ended the process.
        case signalled(Int32)

        /// Whether the process exited with status 0.
        package var isSuccess: Bool { self == .exited(0) }

        /// The value of `$?` in a shell: 128 plus the number of a signal.
        package var shellStatus: Int32 {
            switch self {
            case .exited(let status): status
            case .signalled(let signal): 128 + signal
            }
        }

        /// Decodes the status that `waitpid` has stored.
        init(waitStatus: Int32) {
            let signal = waitStatus & 0x7F
            self = signal == 0 ? .exited(waitStatus >> 8 & 0xFF) : .signalled(signal)
        }
    }
}
