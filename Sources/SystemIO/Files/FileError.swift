import Glibc

/// A failed system call on a file.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The verb after "cannot" in the message: `open`, `read`, `write`.
    package let operation: String
    /// The path as the caller gave it.
    package let path: String
    /// The `errno` of the system call.
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

/// Returns the operating system's message for an `errno`, such as `No space left on device`.
package func systemMessage(_ code: Int32) -> String {
    // In glibc 2.32 and later, `strerror` has a buffer for each thread.
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}

/// Makes a system call, repeats it while signals interrupt it, and throws an error if the result is negative.
///
/// - Parameter readiness: The descriptor and the event to wait for when the call would block: another program that shares the
///   descriptor may have made it non-blocking.
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
