import FoundationEssentials

/// The programs and permissions of this machine, as conditions of tests that need more than the program does.
///
/// With `ALL_TESTS=1` in the environment everything counts as available: no test is skipped, and missing programs make tests fail.
public enum Machine {
    /// Whether a process can mount a file system in its own mount namespace, as root or in a user namespace.
    public static let canMount = succeeds("unshare --map-root-user --mount true")

    /// Whether the test process itself can mount a file system, which takes root.
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

    /// Whether system calls of a run can be made to fail, with Debian's `strace`.
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
