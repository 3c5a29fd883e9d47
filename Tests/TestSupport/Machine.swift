import FoundationEssentials

/// What this machine offers to tests that need more than the program does, for their conditions.
///
/// With `ALL_TESTS=1` in the environment everything counts as there: no test is skipped, and what is missing makes tests fail.
public enum Machine {
    /// Whether a file system can be mounted in a name space of its own, by root or in a user name space.
    public static let canMount = has("unshare --map-root-user --mount true")

    /// Whether the tests themselves can mount a file system: by root.
    public static let canMountHere = has("unshare --mount true")

    /// Whether ``DockerDaemon`` can be started: by root, with Debian's `docker.io`.
    public static let canRunDocker = has("test $(id -u) = 0 && command -v docker && command -v dockerd")

    /// Whether ``DistributionRegistry`` can be started, with Debian's `docker-registry`.
    public static let hasRegistry = has("command -v docker-registry")

    /// Whether ``NginxServer`` can be started, with Debian's `nginx-light` and `openssl`.
    public static let hasNginx = has("command -v nginx && command -v openssl")

    /// Whether ``TinyProxy`` can be started, with Debian's `tinyproxy-bin`.
    public static let hasTinyProxy = has("command -v tinyproxy")

    /// Whether certificates can be made, with Debian's `openssl`.
    public static let hasOpenSSL = has("command -v openssl")

    /// Whether a command line of `sh` succeeds.
    private static func has(_ command: String) -> Bool {
        if ProcessInfo.processInfo.environment["ALL_TESTS"] == "1" { return true }
        return (try? TemporaryFolder().shell("PATH=$PATH:/usr/sbin:/sbin; \(command)")) != nil
    }
}
