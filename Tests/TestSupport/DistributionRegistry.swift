import FoundationEssentials

/// A real registry, Debian's `docker-registry`, on a free port of 127.0.0.1, with its files in its own directory.
public final class DistributionRegistry: Sendable {
    /// `127.0.0.1:port`, the registry part of image references.
    public let authority: String

    /// `http://127.0.0.1:port`
    public var url: String { "http://\(authority)" }

    private let directory: TemporaryDirectory

    /// Starts the registry and waits until it listens.
    ///
    /// - Parameters:
    ///   - allowsURLs: Whether it accepts manifests with foreign layers, which it refuses by default.
    ///   - tls: The `http.tls` section, as YAML in one line.
    ///   - auth: The `auth` section, as YAML in one line.
    ///   - other: The registry that it is a replica of, with the same storage but another secret.
    /// - Throws: An error with its output if it does not start.
    public init(
        allowsURLs: Bool = false,
        tls: String? = nil,
        auth: String? = nil,
        replicaOf other: DistributionRegistry? = nil
    ) throws {
        directory = try TemporaryDirectory()
        let urls = allowsURLs ? "validation: {manifests: {urls: {allow: ['^https?://']}}}" : ""
        let configuration = """
            version: 0.1
            log: {level: info, formatter: text}
            storage: {filesystem: {rootdirectory: \((other?.directory ?? directory).path("files"))}, delete: {enabled: true}}
            http: {addr: "127.0.0.1:0"\(tls.map { ", tls: \($0)" } ?? "")}
            \(auth.map { "auth: \($0)" } ?? "")
            \(urls)
            """
        try directory.write(configuration, to: "config.yml")
        let address = try directory.shell(
            """
            docker-registry serve config.yml >log 2>&1 </dev/null &
            echo $! >pid
            for try in $(seq 600); do
                sed -n 's/.*listening on \\(127.0.0.1:[0-9]*\\).*/\\1/p' log | grep . && exit
                kill -0 $(cat pid) || break
                sleep 0.05
            done
            cat log >&2
            exit 1
            """
        )
        authority = String(decoding: address.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    deinit {
        _ = try? directory.shell("kill $(cat pid)")
    }

    /// The digest of each tag, by `REPOSITORY:TAG`, from the files of the registry.
    public func tags() throws -> [String: String] {
        let repositories = directory.path("files/docker/registry/v2/repositories")
        guard FileManager.default.fileExists(atPath: repositories) else { return [:] }
        var tags: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: repositories) {
            let parts = path.split(separator: "/")
            guard parts.count > 5, parts.suffix(2) == ["current", "link"], parts[parts.count - 4] == "tags" else {
                continue
            }
            let repository = parts.dropLast(5).joined(separator: "/")
            tags["\(repository):\(parts[parts.count - 3])"] = try directory.text(
                "files/docker/registry/v2/repositories/\(path)"
            )
        }
        return tags
    }

    /// The bytes of a blob or a manifest.
    public func content(_ digest: String) throws -> [UInt8] {
        let hex = String(digest.drop { $0 != ":" }.dropFirst())
        return try directory.bytes("files/docker/registry/v2/blobs/sha256/\(hex.prefix(2))/\(hex)/data")
    }
}
