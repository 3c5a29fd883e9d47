/// A real docker daemon, this machine's `dockerd`, on its own socket, with all files in its own directory and without a network for
/// containers.
public final class DockerDaemon: Sendable {
    /// The value of `DOCKER_HOST`.
    public let host: String
    /// The value of `DOCKER_CONFIG`, a directory for the client.
    public let configuration: String

    private let directory: TemporaryDirectory

    /// Starts the daemon and waits until it answers.
    ///
    /// - Parameters:
    ///   - settings: The text of `daemon.json`.
    ///   - etc: The directory that is mounted on `/etc/docker` in its own mount namespace; `nil` for that of this machine.
    /// - Throws: An error with the end of its log if it does not start.
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

    /// The prefix of a command that runs with a directory mounted on `/etc/docker`.
    public static func prefix(etc: String?) -> [String] {
        guard let etc else { return [] }
        return ["unshare", "--mount", "sh", "-c", #"mount --bind "$0" /etc/docker && exec "$@""#, etc]
    }

    deinit {
        // Its files can be removed only after its exit.
        _ = try? directory.shell(
            "kill $(cat pid); for try in $(seq 300); do kill -0 $(cat pid) || break; sleep 0.1; done"
        )
    }
}
