/// A real docker daemon of this machine's `dockerd` on a socket of its own, that keeps all its files in a directory of its own, and
/// has no network for containers.
public final class DockerDaemon: Sendable {
    /// What `DOCKER_HOST` has to be.
    public let host: String
    /// A directory for what the client keeps, for `DOCKER_CONFIG`.
    public let configuration: String

    private let directory: TemporaryDirectory

    /// Starts the daemon and waits until it answers.
    ///
    /// - Parameters:
    ///   - settings: the text of its `daemon.json`.
    ///   - etc: the directory that it sees as `/etc/docker`, in a namespace of its own; `nil` for that of this machine.
    /// - Throws: the end of its log, where it does not.
    public init(settings: String = "{}", etc: String? = nil) throws {
        directory = try TemporaryDirectory()
        try directory.write(settings, to: "daemon.json")
        host = "unix://\(directory.path("socket"))"
        configuration = directory.path("configuration")
        try directory.shell(
            """
            PATH=$PATH:/usr/sbin:/sbin
            mkdir configuration
            \(Self.prefix(etc: etc).map { "'\($0)'" }.joined(separator: " ")) dockerd --bridge=none --iptables=false --data-root "$PWD/data" --exec-root "$PWD/exec" \
                --pidfile "$PWD/pidfile" --config-file "$PWD/daemon.json" -H \(host) >log 2>&1 </dev/null &
            echo $! >pid
            for try in $(seq 600); do
                docker -H \(host) version >/dev/null 2>&1 && exit
                kill -0 $(cat pid) 2>/dev/null || break
                sleep 0.1
            done
            tail -n 20 log >&2
            exit 1
            """
        )
    }

    /// The words before a command that is to see a directory as `/etc/docker`.
    public static func prefix(etc: String?) -> [String] {
        guard let etc else { return [] }
        return ["unshare", "--mount", "sh", "-c", #"mount --bind "$0" /etc/docker && exec "$@""#, etc]
    }

    deinit {
        // Its files can only be removed when it has gone.
        _ = try? directory.shell(
            "kill $(cat pid); for try in $(seq 300); do kill -0 $(cat pid) || break; sleep 0.1; done"
        )
    }
}
