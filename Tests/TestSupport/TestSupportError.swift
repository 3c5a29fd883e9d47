import Glibc

/// The reason why a test could not be set up.
public struct TestSupportError: Error, CustomStringConvertible {
    /// One sentence.
    public let description: String

    /// - Parameter code: An `errno`, whose text is appended.
    public init(_ description: String, _ code: Int32? = nil) {
        self.description = code.map { "\(description): \(String(cString: strerror($0)))" } ?? description
    }
}
