import CommandLine
import SystemIO

/// The list of failed references of `--failed-list`, which another run can use as its image list.
enum FailedList {
    /// Writes the list, also an empty one, which replaces the list of an earlier run.
    ///
    /// - Parameter path: `nil` without `--failed-list`.
    /// - Returns: 1 if the list could not be written, else 0.
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
