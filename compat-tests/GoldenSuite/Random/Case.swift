import CaseFormat
import FoundationEssentials

/// A case: what is there, what is run, and how the fake commands answer. It is what a case file has, but for what the script did.
struct Case: Hashable, Sendable {
    /// The script's name.
    var script: String
    /// The arguments.
    var argv: [String] = []
    /// Variables that are set for it.
    var env: [String: String] = [:]
    /// The content of standard input, which is a pipe; `nil` if there is nothing to read.
    var stdin: String?
    /// The bytes of the files that are there before, by their path in the case's directory.
    var files: [String: [UInt8]] = [:]
    /// The behavior of docker; `nil` if there is no docker.
    var docker: Answers.Docker? = .init()
    /// The behavior of helm; `nil` if there is no helm.
    var helm: Answers.Helm?
    /// Variables that the log of calls has.
    var logsVariables: [String]?

    /// Whether the script is one of PowerShell's.
    var isPowerShell: Bool { script.hasSuffix(".ps1") }
    /// Whether it is one of the two that load.
    var isLoad: Bool { script.contains("load") }
}

// MARK: Case files

extension Case: Codable {
    private enum CodingKeys: CodingKey {
        case why, differs, script, official, argv, env, stdin, files, files64, docker, helm, logsVariables, expect
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        script = try values.decode(String.self, forKey: .script)
        argv = try values.decode([String].self, forKey: .argv)
        env = try values.decode([String: String].self, forKey: .env)
        stdin = try values.decodeIfPresent(String.self, forKey: .stdin)
        files = try values.decode([String: String].self, forKey: .files).mapValues { Array($0.utf8) }
        for (path, data) in try values.decodeIfPresent([String: Data].self, forKey: .files64) ?? [:] {
            files[path] = Array(data)
        }
        docker = try values.decodeIfPresent(Answers.Docker.self, forKey: .docker)
        helm = try values.decodeIfPresent(Answers.Helm.self, forKey: .helm)
        logsVariables = try values.decodeIfPresent([String].self, forKey: .logsVariables)
    }

    func encode(to encoder: any Encoder) throws {
        try encode(to: encoder, official: "", expect: Account(exit: 0, stdout: "", stderr: "", calls: [], files: [:]))
    }

    private func encode(to encoder: any Encoder, official: String, expect: Account) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode("", forKey: .why)
        try values.encode("", forKey: .differs)
        try values.encode(script, forKey: .script)
        try values.encode(official, forKey: .official)
        try values.encode(argv, forKey: .argv)
        try values.encode(env, forKey: .env)
        try values.encodeIfPresent(stdin, forKey: .stdin)
        let texts = files.compactMapValues { String(validating: $0, as: UTF8.self) }
        try values.encode(texts, forKey: .files)
        let others = files.filter { texts[$0.key] == nil }
        if !others.isEmpty { try values.encode(others.mapValues { Data($0) }, forKey: .files64) }
        try values.encode(docker, forKey: .docker)
        try values.encode(helm, forKey: .helm)
        try values.encodeIfPresent(logsVariables, forKey: .logsVariables)
        try values.encode(expect, forKey: .expect)
    }

    private struct File: Encodable {
        let `case`: Case
        let official: String
        let expect: Account

        func encode(to encoder: any Encoder) throws {
            try `case`.encode(to: encoder, official: official, expect: expect)
        }
    }

    /// The text of a case file.
    ///
    /// - Parameters:
    ///   - official: The release of the script.
    ///   - expect: The behavior of the script.
    func fileText(official: String, expect: Account) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let file = File(case: self, official: official, expect: expect)
        return String(decoding: try encoder.encode(file), as: UTF8.self) + "\n"
    }

    /// Reads the case of a case file.
    static func read(_ path: String) throws -> Case {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Case.self, from: Data(contentsOf: URL(filePath: path)))
    }
}
