import FoundationEssentials

/// A recording of an official script under fakes for docker and helm: the files, the command and the results.
package struct Recording: Decodable, Sendable {
    /// The name of the case: that of its file without `.json`.
    package fileprivate(set) var name = ""
    /// The path of its file, which the fake read.
    package fileprivate(set) var path = ""
    /// The name of the script, which was run as `./SCRIPT` in the case's directory.
    package let script: String
    /// The arguments.
    package let argv: [String]
    /// Variables that were set for it.
    package let env: [String: String]
    /// The Rancher release that the script came with.
    package let official: String
    /// The number of the deliberate difference that applies to the executables, `old` if a newer release has changed the
    /// behavior, else empty.
    package let differs: String
    /// The content of standard input, a pipe; `nil` if there is none.
    let stdin: String?
    /// The results of the script.
    package let expect: Account
    /// Whether there is a docker command.
    package var hasDocker: Bool { docker != nil }
    /// Whether there is a helm command.
    package var hasHelm: Bool { helm != nil }
    /// Whether the script is one of PowerShell's.
    package var isPowerShell: Bool { script.hasSuffix(".ps1") }
    /// Whether the executable calls docker by default: for a shell script, if there is a docker, and without charts, which the
    /// executable may move itself (D13).
    var takesDocker: Bool {
        get throws {
            let texts = try filesBefore().values.map { String(decoding: $0, as: UTF8.self) } + [stdin ?? ""]
            return hasDocker && !isPowerShell && !texts.contains { $0.contains("rancher/charts/") }
        }
    }
    /// The executable that replaces the script.
    package var executable: String { String(script.prefix { $0 != "." }) }

    /// The answers of the fake for docker that are not the usual ones.
    package struct DockerAnswers: Decodable, Sendable {
        /// The references of which `docker pull` failed.
        package let pullFails: [String]?
        /// The references that `docker tag` did not know.
        package let tagFails: [String]?
        /// The references of which `docker push` failed.
        package let pushFails: [String]?
        /// Whether `docker save` failed.
        package let saveFails: Bool?

        private enum CodingKeys: String, CodingKey {
            case pullFails = "pull_fails"
            case tagFails = "tag_fails"
            case pushFails = "push_fails"
            case saveFails = "save_fails"
        }
    }

    private struct HelmAnswers: Decodable, Sendable {}

    /// The answers of docker; `nil` if there was no docker command.
    package let docker: DockerAnswers?
    private let helm: HelmAnswers?
    private let files: [String: String]
    private let files64: [String: String]?

    private enum CodingKeys: CodingKey {
        case script, argv, env, official, differs, stdin, expect, docker, helm, files, files64
    }

    /// The files that were there before, by their path.
    package func filesBefore() throws -> [String: [UInt8]] {
        var bytes = files.mapValues { Array($0.utf8) }
        for (path, text) in files64 ?? [:] {
            guard let data = Data(base64Encoded: text) else { throw SuiteError("\(self.path): \(path) is no Base64") }
            bytes[path] = Array(data)
        }
        return bytes
    }

    /// Reads all recordings of a directory, in the order of their names.
    package static func all(in directory: String) throws -> [Recording] {
        try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { $0.hasSuffix(".json") }
            .sorted()
            .map { try read("\(directory)/\($0)") }
    }

    /// Reads the recording of a file.
    package static func read(_ path: String) throws -> Recording {
        var recording = try JSONDecoder().decode(Recording.self, from: Data(contentsOf: URL(filePath: path)))
        recording.path = path
        recording.name = String(path.split(separator: "/").last?.dropLast(".json".count) ?? "")
        return recording
    }
}

/// An error of the suite itself.
package struct SuiteError: Error, CustomStringConvertible {
    /// One sentence.
    package let description: String

    /// Describes a failure.
    package init(_ description: String) { self.description = description }
}
