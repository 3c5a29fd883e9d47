import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct PodmanCommandTests {
    private static let scripts: [(text: String, isPodman: Bool, reason: String)] = [
        (
            "[ -e /etc/containers/nodocker ] || echo 'Emulate Docker CLI'\nexec /usr/bin/podman \"$@\"", true,
            "podman-docker"
        ),
        ("exec podman --log-level error \\\n  --root /x \"$@\"", true, "a line that is continued"),
        (
            "echo \"docker $*\" >>/var/log/docker.log\nPODMAN=/opt/podman/bin/podman\nexec \"$PODMAN\" \"${@}\"", true,
            "a variable"
        ),
        ("import os, sys\nos.execv('/usr/bin/podman', ['podman'] + sys.argv[1:])", true, "Python"),
        ("exec sudo podman-remote \"$@\"", true, "the remote client"),
        ("exec /usr/libexec/docker \"$@\"", false, "a wrapper of docker"),
        ("# not podman\nexec /usr/bin/docker.real \"$@\"", false, "a comment"),
        (
            "if [ -e /podman ]; then exec podman \"$@\"; else exec docker-ce \"$@\"; fi", false,
            "either, known later"
        ),
        ("echo \"$@\" >>log", false, "a stub"),
        ("podman version", false, "a script with something else to do"),
        ("", false, "an empty script"),
    ]

    @Test(arguments: scripts.indices)
    func scriptsThatRunPodman(_ index: Int) throws {
        let row = Self.scripts[index]
        let docker = try FakeDocker(row.text)
        #expect((PodmanCommand.evidence(environment: docker.environment) != nil) == row.isPodman, "\(row.reason)")
    }

    @Test func aLinkToPodman() throws {
        let directory = try TemporaryDirectory()
        try directory.shell(
            """
            mkdir bin real other
            printf 'binary' >real/podman && chmod 755 real/podman
            ln -s ../real/podman other/alternative && ln -s ../other/alternative bin/docker
            """
        )
        #expect(
            PodmanCommand.evidence(environment: ["PATH": directory.path("bin")])
                == "\(directory.path("bin/docker")) is a link to \(directory.path("real/podman"))"
        )
        #expect(PodmanCommand.evidence(environment: ["PATH": directory.path("other")]) == nil, "no docker command")
    }

    @Test func socketsOfPodman() throws {
        let docker = try FakeDocker("exit 0")
        try docker.directory.shell("touch podman.sock && ln -s podman.sock linked.sock")
        func evidence(_ host: String) -> String? {
            PodmanCommand.evidence(environment: docker.environment.merging(["DOCKER_HOST": host]) { $1 })
        }
        #expect(evidence("unix:///run/user/1000/podman/podman.sock") != nil)
        #expect(evidence("ssh://me@host/run/podman/podman.sock") != nil)
        #expect(evidence("unix://\(docker.directory.path("linked.sock"))") != nil)
        for host in ["unix:///var/run/docker.sock", "tcp://podman:2375", "", "podman.sock"] {
            #expect(evidence(host) == nil, "\(host)")
        }
    }
}
