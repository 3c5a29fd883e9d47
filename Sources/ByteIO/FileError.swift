import Glibc

/// What the operating system refused to do with a file, and why.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, as it reads after "cannot": `open`, `read`, `write`.
    public let operation: String
    /// The file, as the caller named it.
    public let path: String
    /// The `errno` of the call that failed.
    public let code: Int32

    /// Describes a failed operation.
    ///
    /// - Parameter code: the `errno` of the call that failed.
    public init(operation: String, path: String, code: Int32) {
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
public func systemMessage(_ code: Int32) -> String {
    // `strerror` of glibc 2.32 and later keeps its text for each thread, and the text is copied here at once.
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
