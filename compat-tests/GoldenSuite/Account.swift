/// The results of a run, in the form of a recording. `ROOT` stands for the parent of the case's directory.
package struct Account: Codable, Equatable, Sendable {
    /// A file that is new or has changed.
    package struct File: Codable, Equatable, Sendable {
        /// `plain`, `gzip`, `broken gzip`, or `gone` for a file that was removed.
        package var kind: String
        /// Its content, decompressed.
        package var text: String

        /// Describes a file.
        package init(kind: String, text: String) {
            self.kind = kind
            self.text = text
        }
    }

    /// The exit status.
    package var exit: Int32
    /// The standard output.
    package var stdout: String
    /// The standard error.
    package var stderr: String
    /// The commands it ran, in their order, name first.
    package var calls: [[String]]
    /// The files of its directory that are new or have changed, by their path.
    package var files: [String: File]
    /// The exit status of each call; empty in recordings.
    package var statuses: [Int32?] = []

    private enum CodingKeys: CodingKey { case exit, stdout, stderr, calls, files }

    /// Describes a run.
    package init(exit: Int32, stdout: String, stderr: String, calls: [[String]], files: [String: File]) {
        self.exit = exit
        self.stdout = stdout
        self.stderr = stderr
        self.calls = calls
        self.files = files
    }

    /// The account without what the text of usage says after its first line, which is our own (D15).
    package var withShortUsage: Account {
        var short = self
        let lines = stdout.split(separator: "\n", omittingEmptySubsequences: false)
        if let usage = lines.firstIndex(where: { $0.hasPrefix("USAGE: ") }) {
            short.stdout = lines[...usage].joined(separator: "\n") + "\n"
        }
        return short
    }
}
