import FoundationEssentials
import TestSupport
import Testing

/// A recording of an official script; `compat-tests/recordings` has them all.
struct GoldenRecording: Decodable, Sendable, CustomTestStringConvertible {
    /// How the stand-in for docker answers.
    struct Docker: Decodable {
        var info: String?
        var pullFails: [String]?
        var local: [String]?
        var loads: [String]?
        var loadFails: Bool?
        var tagFails: [String]?
        var pushFails: [String]?
        var manifestCreateFails: [String]?
    }

    /// How the stand-in for helm answers.
    struct Helm: Decodable {
        var pushFails: [String]?
    }

    /// What the script did.
    struct Expectation: Decodable {
        var exit: Int32
        var stdout: String
        var calls: [[String]]
    }

    var name = ""
    let differs: String
    let script: String
    let argv: [String]
    let files: [String: String]
    let files64: [String: String]?
    let docker: Docker?
    let helm: Helm?
    let expect: Expectation

    private enum CodingKeys: CodingKey {
        case differs, script, argv, files, files64, docker, helm, expect
    }

    var testDescription: String { name }

    /// The program as the recording says it was typed: PowerShell's script knows itself by its full path.
    var programName: String { (script.hasSuffix(".ps1") ? "ROOT/work/" : "./") + script }

    /// Writes the files that were there before.
    func writeFiles(into folder: TemporaryFolder) throws {
        for (path, text) in files { try folder.write(text, to: path) }
        for (path, text) in files64 ?? [:] {
            guard let bytes = Data(base64Encoded: text) else { throw DecodingFailure() }
            try folder.write(Array(bytes), to: path)
        }
    }

    struct DecodingFailure: Error {}

    /// Every recording, by its file's name.
    static let all: [GoldenRecording] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "compat-tests/recordings").path
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted()
            .compactMap { name in
                guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { return nil }
                var recording = try? decoder.decode(GoldenRecording.self, from: data)
                recording?.name = name
                return recording
            }
    }()
}
