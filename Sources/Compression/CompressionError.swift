/// An error of compression or decompression.
package struct CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Error, Equatable, Sendable {
        /// The data ends before its end mark.
        case truncated
        /// The data contradicts itself or its checksum; the text is the library's, for instance `incorrect data check`.
        case corrupted(String)
        /// The data requires more memory than a decoder may use.
        case memoryLimit
        /// The system has no memory left.
        case outOfMemory
        /// The library failed with an error code of its own.
        case library(code: Int)
    }

    package let reason: Reason
    /// The format of the data.
    package let format: CompressionFormat
    /// The number of compressed bytes that were read when the error occurred: its approximate offset.
    package let offset: Int64

    /// One sentence with the format, the problem and the offset.
    package var description: String {
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
