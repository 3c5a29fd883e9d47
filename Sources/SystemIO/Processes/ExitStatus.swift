extension ChildProcess {
    /// How a process ended.
    package enum ExitStatus: Equatable, Sendable {
        /// It ended by itself with this status, 0 to 255.
        case exited(Int32)
        /// It was ended by this signal.
        case signalled(Int32)

        /// Whether it ended by itself with status 0.
        package var isSuccess: Bool { self == .exited(0) }

        /// The status as a shell has it in `$?`: 128 and more for signals.
        package var shellStatus: Int32 {
            switch self {
            case .exited(let status): status
            case .signalled(let signal): 128 + signal
            }
        }

        /// Decodes what `waitpid` has stored for a process that has ended.
        init(waitStatus: Int32) {
            let signal = waitStatus & 0x7F
            self = signal == 0 ? .exited(waitStatus >> 8 & 0xFF) : .signalled(signal)
        }
    }
}
