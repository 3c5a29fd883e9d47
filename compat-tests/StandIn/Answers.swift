import FoundationEssentials

/// How the stand-ins answer: the parts of a recording that are for them. What a key means stands where it is used.
struct Answers: Decodable {
    var docker: Docker?
    var helm: Helm?

    struct Docker: Decodable {
        var info: String?
        var pullFails: [String]?
        var local: [String]?
        var saveFails: Bool?
        var loads: [String]?
        var loadFails: Bool?
        var tagFails: [String]?
        var pushFails: [String]?
        var manifestCreateFails: [String]?
        var manifestPushFails: [String]?
        /// Of our own cases: commands that do not end, and write for ever.
        var endless: [String]?
        /// Of our own cases: whether no daemon answers.
        var hasNoDaemon: Bool?
        /// Of our own cases: registries that `docker manifest` reaches with `--insecure` only.
        var withoutTls: [String]?
    }

    struct Helm: Decodable {
        var version: String?
        var pullFails: [String]?
        var pushFails: [String]?
    }

    /// Reads the recording of this run.
    static func read() throws -> Answers {
        let path = ProcessInfo.processInfo.environment["STAND_IN_RECORDING"] ?? ""
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Answers.self, from: Data(contentsOf: URL(filePath: path)))
    }
}
