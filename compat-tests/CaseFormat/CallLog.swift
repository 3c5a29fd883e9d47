import FoundationEssentials

/// The log of the calls of the fake commands: a line of JSON with the command and its arguments when the call begins, and a line
/// with the exit status when it ends.
package enum CallLog {
    /// A command that was called.
    package struct Call: Equatable, Sendable {
        /// The name and the arguments.
        package var words: [String]
        /// The exit status; `nil` if the process was killed.
        package var status: Int32?

        /// Describes a call.
        package init(words: [String], status: Int32?) {
            self.words = words
            self.status = status
        }
    }

    /// The line of a call that begins.
    package static func beginning(_ words: [String]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return String(decoding: try encoder.encode(words), as: UTF8.self) + "\n"
    }

    /// The line of the call that ends: calls come one after the other.
    package static func end(_ status: Int32) -> String { "\(status)\n" }

    /// Reads a log.
    package static func calls(_ text: String) throws -> [Call] {
        var calls: [Call] = []
        for line in text.split(separator: "\n") {
            if let status = Int32(line), let last = calls.indices.last {
                calls[last].status = status
            } else {
                calls.append(Call(words: try JSONDecoder().decode([String].self, from: Data(line.utf8)), status: nil))
            }
        }
        return calls
    }
}
