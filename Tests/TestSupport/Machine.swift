import FoundationEssentials

/// What this machine offers to tests that need more than the program does, for their conditions.
///
/// With `ALL_TESTS=1` in the environment everything counts as there: no test is skipped, and what is missing makes tests fail.
public enum Machine {
    /// Whether a file system can be mounted in a name space of its own, by root or in a user name space.
    public static let canMount = succeeds("unshare --map-root-user --mount true")

    /// Whether the tests themselves can mount a file system: by root.
    public static let canMountHere = succeeds("unshare --mount true")

    /// Whether ``DockerDaemon`` can be started: by root, with Debian's `docker.io`.
    public static let canRunDocker = succeeds("test $(id -u) = 0 && command -v docker && command -v dockerd")

    /// Whether podman can pull and save: by root, with Debian's `podman`.
    public static let canRunPodman = succeeds("test $(id -u) = 0 && command -v podman")

    /// Whether ``DistributionRegistry`` can be started, with Debian's `docker-registry`.
    public static let hasRegistry = succeeds("command -v docker-registry")

    /// Whether ``NginxServer`` can be started, with Debian's `nginx-light` and `openssl`.
    public static let hasNginx = succeeds("command -v nginx && command -v openssl")

    /// Whether ``TinyProxy`` can be started, with Debian's `tinyproxy-bin`.
    public static let hasTinyProxy = succeeds("command -v tinyproxy")

    /// Whether faults of the system can be put into runs, with Debian's `strace`.
    public static let hasStrace = succeeds("command -v strace && strace -qqq -o /dev/null true")

    /// Whether certificates can be made, with Debian's `openssl`.
    public static let hasOpenSSL = succeeds("command -v openssl")

    /// Whether a program is installed.
    public static func has(_ program: String) -> Bool { succeeds("command -v \(program)") }

    /// Whether a command line of `sh` succeeds.
    private static func succeeds(_ command: String) -> Bool {
        if ProcessInfo.processInfo.environment["ALL_TESTS"] == "1" { return true }
        return (try? TemporaryDirectory().shell("PATH=$PATH:/usr/sbin:/sbin; \(command)")) != nil
    }
}
