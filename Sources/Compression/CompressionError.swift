/// Why bytes can neither be decompressed nor compressed.
public struct CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Error, Equatable, Sendable {
        /// The data ends before it says so itself.
        case truncated
        /// The data contradicts itself or its checksum; the text is the library's, for instance `incorrect data check`.
        case corrupted(String)
        /// The data needs more memory than it is given.
        case memoryLimit
        /// The system has no memory left.
        case outOfMemory
        /// The library does not do what is asked of it; the number is its own.
        case library(code: Int)
    }

    /// What is wrong.
    public let reason: Reason
    /// What the data is compressed with.
    public let format: CompressionFormat
    /// About where it is: how many compressed bytes had been taken in when it showed.
    public let offset: Int64

    /// Describes a fault of compressed data.
    public init(reason: Reason, format: CompressionFormat, offset: Int64) {
        self.reason = reason
        self.format = format
        self.offset = offset
    }

    /// One sentence that names the format, the fault and the byte.
    public var description: String {
        switch reason {
        case .truncated:
            "the \(format.rawValue) data is cut short: it ends at byte \(offset)"
        case .corrupted(let message):
            "the \(format.rawValue) data is damaged before byte \(offset): \(message)"
        case .memoryLimit:
            "the \(format.rawValue) data at byte \(offset) needs more memory to unpack than is allowed; pack it with a lower level"
        case .outOfMemory:
            "there is no memory left for \(format.rawValue) data"
        case .library(let code):
            "the \(format.rawValue) library failed at byte \(offset) with code \(code)"
        }
    }
}
