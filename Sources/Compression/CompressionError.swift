/// Why bytes can neither be decompressed nor compressed.
package struct CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Error, Equatable, Sendable {
        /// The data ends before its end mark.
        case truncated
        /// The data contradicts itself or its checksum; the text is the library's, for instance `incorrect data check`.
        case corrupted(String)
        /// The data asks for more memory than a decoder may take.
        case memoryLimit
        /// The system has no memory left.
        case outOfMemory
        /// The library failed with an error of its own, which has this number.
        case library(code: Int)
    }

    package let reason: Reason
    /// What the data is compressed with.
    package let format: CompressionFormat
    /// How many compressed bytes had been taken in when the fault showed: about where it is.
    package let offset: Int64

    /// One sentence that names the format, the fault and the byte.
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
