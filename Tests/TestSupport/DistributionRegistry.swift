/// A real registry, Debian's `docker-registry`, on a free port of 127.0.0.1, that keeps its files in a folder of its own.
public final class DistributionRegistry: Sendable {
    /// `127.0.0.1:port`: what an image's reference begins with.
    public let authority: String

    /// `http://127.0.0.1:port`
    public var url: String { "http://\(authority)" }

    private let folder: TemporaryFolder

    /// Starts the registry and waits until it listens.
    ///
    /// - Throws: what it wrote, where it does not.
    public init() throws {
        folder = try TemporaryFolder()
        let configuration = """
            version: 0.1
            log: {level: info, formatter: text}
            storage: {filesystem: {rootdirectory: \(folder.path("files"))}, delete: {enabled: true}}
            http: {addr: "127.0.0.1:0"}
            """
        try folder.write(configuration, to: "config.yml")
        let address = try folder.shell(
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
        _ = try? folder.shell("kill $(cat pid)")
    }
}
