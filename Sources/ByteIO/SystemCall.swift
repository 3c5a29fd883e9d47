import Glibc

/// Makes a system call, again while signals interrupt it, and turns −1 into an error.
///
/// - Parameter waitingOn: the descriptor and the event to wait for when the call says that it would block, which descriptors
///   do that another program sharing them has made non-blocking.
func retrying<Count: SignedInteger>(
    _ operation: String,
    _ path: String,
    waitingOn readiness: (descriptor: Int32, event: Int32)? = nil,
    _ call: () -> Count
) throws(FileError) -> Count {
    while true {
        let result = call()
        if result >= 0 { return result }
        switch errno {
        case EINTR:
            continue
        case EAGAIN:
            guard let (descriptor, event) = readiness else { fallthrough }
            var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            _ = poll(&request, 1, -1)
        default:
            throw FileError(operation: operation, path: path, code: errno)
        }
    }
}
