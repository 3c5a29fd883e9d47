import Glibc

/// Why a test could not be set up.
public struct TestSupportError: Error, CustomStringConvertible {
    /// One sentence.
    public let description: String

    /// - Parameter code: an `errno`, whose text is added.
    public init(_ description: String, _ code: Int32? = nil) {
        self.description = code.map { "\(description): \(String(cString: strerror($0)))" } ?? description
    }
}
