import Glibc

/// A system call on a file that failed.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, as it reads after "cannot": `open`, `read`, `write`.
    package let operation: String
    /// The file, as the caller named it.
    package let path: String
    /// The `errno` of the call.
    package let code: Int32

    package init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// One sentence, for instance `cannot write /x/y: No space left on device`.
    public var description: String {
        "cannot \(operation) \(path): \(systemMessage(code))"
    }
}

/// The operating system's text for an `errno`, for instance `No space left on device`.
package func systemMessage(_ code: Int32) -> String {
    // `strerror` of glibc 2.32 and later keeps its text for each thread, and the text is copied here at once.
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}

/// Makes a system call, again while signals interrupt it, and turns −1 into an error.
///
/// - Parameter waitingOn: the descriptor and the event to wait for when the call says that it would block, which descriptors
///   do that another program sharing them has made non-blocking.
package func retrying<Count: SignedInteger>(
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
