import FoundationEssentials
import GoldenSuite
import SampleImages
import SystemIO
import TestSupport
import Testing

/// The registry engine uses docker's configuration as docker does.
@Suite(
    .serialized,
    .enabled(if: Machine.canRunDocker && Machine.hasRegistry, "needs root, docker.io and docker-registry"),
    .timeLimit(.minutes(10))
)
struct SameConfigurationTests {
    /// A mirror of the Hub, an insecure registry by a network, and a login that a credential helper has.
    @Test func mirrorNetworkAndCredentialHelper() async throws {
        let password = #"p@ss #/?%"#
        let directory = try TemporaryDirectory()
        let auth = try Self.passwords(of: password, in: directory)
        let mirror = try await Bench.source.value
        let registry = try DistributionRegistry(auth: auth)
        // An address of this machine outside of the loopback network, which docker trusts anyway.
        let target = registry.authority.replacing("127.0.0.1", with: "0.0.0.0")

        let settings = #"{"registry-mirrors":["\#(mirror.url)"],"insecure-registries":["0.0.0.0/32"]}"#
        let daemon = try DockerDaemon(settings: settings)
        try directory.write(settings, to: ".config/docker/daemon.json")
        try directory.write(#"{"credsStore":"keep"}"#, to: ".docker/config.json")
        let helper = #"""
            #!/bin/sh
            read -r server
            printf '{"ServerURL":"%s","Username":"me","Secret":"\#(password.replacing("%", with: "%%"))"}\n' "$server"
            """#
        try directory.write(helper, to: "bin/docker-credential-keep")
        try directory.shell("chmod +x bin/docker-credential-keep")
        try directory.write("rancher/tiny:v1\n", to: "list.txt")

        let products = try Suite().products
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let environment = [
            "HOME": directory.path, "PATH": "\(directory.path("bin")):\(path)", "DOCKER_HOST": daemon.host,
            "XDG_RUNTIME_DIR": directory.path,
        ]
        let list = ["-l", directory.path("list.txt"), "-i", directory.path("images.tar.gz"), "--engine", "registry"]
        let commands = [
            ["docker", "pull", "rancher/tiny:v1"],
            ["docker", "tag", "rancher/tiny:v1", "\(target)/docker/rancher/tiny:v1"],
            ["docker", "push", "\(target)/docker/rancher/tiny:v1"],
            ["\(products)/rancher-save-images"] + list,
            ["\(products)/rancher-load-images"] + list + ["-r", "\(target)/engine"],
        ]
        for command in commands {
            let outcome = try await ChildProcess.run(
                command,
                environment: environment,
                timeLimit: .seconds(120)
            )
            let errors = String(decoding: outcome.errors, as: UTF8.self)
            try #require(outcome.status.isSuccess, "\(command): \(errors)")
            #expect(!errors.contains(password))
        }
        let tags = try registry.tags()
        #expect(tags.keys.sorted() == ["docker/rancher/tiny:v1", "engine/rancher/tiny:v1"])
        #expect(
            try registry.imageID("engine/rancher/tiny:v1") == registry.imageID("docker/rancher/tiny:v1"),
            "the same image"
        )
    }

    /// A registry with TLS by an authority that only `/etc/docker/certs.d` knows, which wants a client certificate from there, and a login
    /// of `config.json`.
    @Test func certificatesOfEtcDocker() async throws {
        let directory = try TemporaryDirectory()
        let authority = try TestAuthority()
        let server = try authority.issue("server", addresses: ["0.0.0.0"])
        let client = try authority.issue("client")
        let source = try DistributionRegistry(allowsURLs: true)
        try await SampleImages(directory: Fixtures.path("source")).push(to: source.authority)
        let registry = try DistributionRegistry(
            tls: """
                {certificate: "\(server.certificate)", key: "\(server.key)", clientcas: ["\(authority.certificate)"]}
                """,
            auth: try Self.passwords(of: "secret", in: directory)
        )
        let target = registry.authority.replacing("127.0.0.1", with: "0.0.0.0")
        try directory.shell(
            """
            mkdir -p etc/certs.d/\(target) && cd etc/certs.d/\(target)
            cp '\(authority.certificate)' ca.crt && cp '\(client.certificate)' me.cert && cp '\(client.key)' me.key
            """
        )
        let etc = directory.path("etc")
        let daemon = try DockerDaemon(etc: etc)
        let login = Data("me:secret".utf8).base64EncodedString()
        try directory.write(#"{"auths":{"\#(target)":{"auth":"\#(login)"}}}"#, to: ".docker/config.json")
        try directory.write("rancher/tiny:v1\n", to: "list.txt")
        let products = try Suite().products
        let list = [
            "-l", directory.path("list.txt"), "-i", directory.path("images.tar.gz"), "-s", "\(target)/docker",
            "--engine",
            "registry",
        ]
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        func run(_ command: [String], etc: String?, host: String) async throws -> ChildProcess.Outcome {
            try await ChildProcess.run(
                DockerDaemon.prefix(etc: etc) + command,
                environment: [
                    "HOME": directory.path, "PATH": path, "DOCKER_HOST": host, "XDG_RUNTIME_DIR": directory.path,
                ],
                timeLimit: .seconds(120)
            )
        }
        let commands = [
            ["docker", "pull", "\(source.authority)/rancher/tiny:v1"],
            ["docker", "tag", "\(source.authority)/rancher/tiny:v1", "\(target)/docker/rancher/tiny:v1"],
            ["docker", "push", "\(target)/docker/rancher/tiny:v1"],
            ["\(products)/rancher-save-images"] + list + ["--strict"],
            ["\(products)/rancher-load-images"] + list + ["-r", "\(target)/engine", "--strict"],
        ]
        for command in commands {
            let outcome = try await run(command, etc: etc, host: daemon.host)
            try #require(outcome.status.isSuccess, "\(command): \(String(decoding: outcome.errors, as: UTF8.self))")
        }
        #expect(try registry.imageID("engine/rancher/tiny:v1") == registry.imageID("docker/rancher/tiny:v1"))
        // Without that directory the save fails. Docker's store still has the image.
        let refused = try await run(commands[3] + ["--patience", "1s"], etc: nil, host: "unix:///nowhere")
        #expect(String(decoding: refused.errors, as: UTF8.self).contains("certificate"))
    }

    /// The `auth` section of a registry whose one user, `me`, has this password.
    private static func passwords(of password: String, in directory: TemporaryDirectory) throws -> String {
        try directory.write(password, to: "password")
        let line = try directory.shell(
            #"perl -e 'local $/; print "me:", crypt(<>, "\$2y\$05\$abcdefghijklmnopqrstuu"), "\n"' password"#
        )
        try directory.write(line, to: "htpasswd")
        return #"{htpasswd: {realm: test, path: "\#(directory.path("htpasswd"))"}}"#
    }
}
