import CommandLine
import SystemIO

/// The references that failed, as a list to run again.
enum FailedList {
    /// Writes the list, an empty one where nothing failed, so that none of an earlier run stays.
    ///
    /// - Parameter path: `nil` where no list is wanted.
    /// - Returns: 1 where the list could not be written, else 0.
    static func write(_ references: [String], to path: String?, console: Console) async -> Int32 {
        guard let path else { return 0 }
        do {
            let text = references.map { $0 + "\n" }.joined()
            try await onThread { try File.write(text, replacing: path) }
            return 0
        } catch {
            console.notice("the list of failures was not written: \(error)")
            return 1
        }
    }
}
