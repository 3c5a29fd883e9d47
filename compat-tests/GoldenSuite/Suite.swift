import FoundationEssentials

/// The suite's files, and the programs that it runs.
package struct Suite: Sendable {
    /// The directory of the suite in the source tree.
    package let directory: String
    /// The directory of the built executables.
    package let products: String

    /// The suite of this source tree, with the executables that were built together with the running program.
    package init() throws {
        directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        products = URL(filePath: program).deletingLastPathComponent().path
    }

    /// The path of the executable that acts as docker and helm.
    package var fakeCommand: String { "\(products)/fake-command" }

    /// Returns the path of the executable that replaces a script.
    package func executable(for recording: Recording) -> String { "\(products)/\(recording.executable)" }

    /// All recordings.
    package func recordings() throws -> [Recording] {
        try Recording.all(in: "\(directory)/recordings")
    }

    /// The recording of that name.
    package func recording(called name: String) throws -> Recording {
        try Recording.read("\(directory)/recordings/\(name).json")
    }

    /// Returns cases of our own, without a recorded script; `expect` has the results of the executables.
    package func ownCases() throws -> [Recording] {
        try Recording.all(in: "\(directory)/cases")
    }

    /// Returns the cases for official scripts: the recordings, and cases of our own in which a release's script does the same as
    /// the executables.
    package func comparableCases() throws -> [Recording] {
        try recordings() + ownCases().filter { !$0.official.isEmpty }
    }

    /// Returns the expected results of the executables: as recorded, except for the differences.
    package func expectation(for recording: Recording) throws -> Account {
        guard !recording.differs.isEmpty else { return recording.expect }
        let file = URL(filePath: differenceFile(recording))
        guard let data = try? Data(contentsOf: file) else {
            throw SuiteError("\(file.path) is missing: what do the executables do where \(recording.differs) applies?")
        }
        return try JSONDecoder().decode(Account.self, from: data)
    }

    /// Writes the behavior of the executables if a deliberate difference applies.
    package func record(_ account: Account, for recording: Recording) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(account) + [UInt8(ascii: "\n")]
        try Data(data).write(to: URL(filePath: differenceFile(recording)))
    }

    /// Runs the executables as a recording says.
    package func runOurs(_ recording: Recording) async throws -> Account {
        try await CaseDirectory(recording, fakeCommand: fakeCommand).runOurs(executable(for: recording)).withShortUsage
    }

    private func differenceFile(_ recording: Recording) -> String {
        "\(directory)/differences/\(recording.name).json"
    }
}
