import FoundationEssentials

/// A recording of an official script under stand-ins for docker and helm: what was there, what was run, what it did.
public struct Recording: Decodable, Sendable {
    /// The name of the case: that of its file without `.json`.
    public fileprivate(set) var name = ""
    /// The path of its file, which the stand-ins read.
    public fileprivate(set) var path = ""
    /// What was run, as `./SCRIPT` in the case's folder.
    public let script: String
    /// The words after it.
    public let argv: [String]
    /// Variables that were set for it.
    public let env: [String: String]
    /// The Rancher release that the script came with.
    public let official: String
    /// The number of the deliberate difference that applies to the executables, `old` where a newer release has changed what this
    /// one did, else empty.
    public let differs: String
    /// What its standard input has, which is a pipe; `nil` where there is nothing to read.
    let stdin: String?
    /// What the script did.
    public let expect: Account
    /// Whether there is a docker command.
    public var hasDocker: Bool { docker != nil }
    /// Whether there is a helm command.
    public var hasHelm: Bool { helm != nil }
    /// Whether the script is one of PowerShell's.
    public var isPowerShell: Bool { script.hasSuffix(".ps1") }
    /// The executable that stands in for the script.
    public var executable: String { String(script.prefix { $0 != "." }) }

    private struct Answers: Decodable, Sendable {}

    private let docker: Answers?
    private let helm: Answers?
    private let files: [String: String]
    private let files64: [String: String]?

    private enum CodingKeys: CodingKey {
        case script, argv, env, official, differs, stdin, expect, docker, helm, files, files64
    }

    /// The files that were there before, by their path.
    public func filesBefore() throws -> [String: [UInt8]] {
        var bytes = files.mapValues { Array($0.utf8) }
        for (path, text) in files64 ?? [:] {
            guard let data = Data(base64Encoded: text) else { throw SuiteError("\(self.path): \(path) is no Base64") }
            bytes[path] = Array(data)
        }
        return bytes
    }

    /// Reads all recordings of a folder, in the order of their names.
    public static func all(in folder: String) throws -> [Recording] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".json") }
            .sorted()
            .map { try read("\(folder)/\($0)") }
    }

    /// Reads the recording of a file.
    public static func read(_ path: String) throws -> Recording {
        var recording = try JSONDecoder().decode(Recording.self, from: Data(contentsOf: URL(filePath: path)))
        recording.path = path
        recording.name = String(path.split(separator: "/").last?.dropLast(".json".count) ?? "")
        return recording
    }
}

/// Why the suite itself cannot do its work.
public struct SuiteError: Error, CustomStringConvertible {
    /// One sentence.
    public let description: String

    /// Describes a failure.
    public init(_ description: String) { self.description = description }
}
