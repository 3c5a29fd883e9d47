import GoldenSuite
import SampleImages
import TestSupport
import Testing

/// Runs every command of the documents, except those that are marked.
@Suite(.timeLimit(.minutes(5))) struct DocumentedCommandsTests {
    @Test(arguments: try DocumentedCommand.documents())
    func everyBlockIsMarked(document: String) throws {
        for command in try DocumentedCommand.all(of: document) where command.mark == .missing {
            Issue.record(
                "\(document):\(command.line): write `<!-- test -->` or `<!-- needs: REASON -->` before the block"
            )
        }
    }

    /// A translation has the same number of sections and the same commands.
    @Test(arguments: try DocumentedCommand.documents().filter { $0.contains("zh-CN") })
    func translationsHaveTheSameCommands(document: String) throws {
        let original = document.replacing("zh-CN/", with: "").replacing(".zh-CN", with: "")
        #expect(try DocumentedCommand.sections(of: document) == DocumentedCommand.sections(of: original))
        let (translated, shown) = try (DocumentedCommand.all(of: document), DocumentedCommand.all(of: original))
        #expect(translated.map(\.mark) == shown.map(\.mark))
        #expect(translated.map(\.words) == shown.map(\.words))
    }

    @Test func blocksAndTheirMarks() {
        let commands = DocumentedCommand.all(
            in: """
                <!-- test -->
                ```sh
                a
                b
                ```
                - x
                  <!-- needs: docker -->
                  ```sh
                  c
                  ```
                <!-- needs:  -->
                ```sh
                ```
                ```
                d
                ```
                """
        )
        #expect(commands.map(\.mark) == [.test, .needs("docker"), .missing])
        #expect(commands.map(\.script) == ["a\nb\n", "  c\n", ""])
        #expect(commands.map(\.line) == [2, 8, 12])
    }

    /// Runs the blocks of a document one after the other in one directory. Docker Hub is a registry with the sample images, every other host an
    /// empty one.
    @Test(
        .enabled(if: Machine.hasRegistry && Machine.hasNginx, "needs docker-registry, nginx-light and openssl"),
        arguments: try DocumentedCommand.documents()
            .filter { try DocumentedCommand.all(of: $0).contains { $0.mark == .test } }
    )
    func commandsSucceed(document: String) async throws {
        let world = try await DocumentedWorld()
        defer { world.stop() }
        for command in try DocumentedCommand.all(of: document) where command.mark == .test {
            do {
                try world.run(command.script)
            } catch {
                Issue.record("\(document):\(command.line): \(error)")
            }
        }
        let loads = try DocumentedCommand.all(of: document)
            .contains { $0.mark == .test && $0.script.contains("rancher-load-images") }
        #expect(try world.target.tags().isEmpty != loads, "what is loaded arrives")
    }
}

/// The hosts and files of the documents' commands, on 127.0.0.1.
private struct DocumentedWorld {
    /// All registries except Docker Hub.
    let target: DistributionRegistry
    private let source: DistributionRegistry
    private let tls: NginxServer
    private let proxy: LoopbackServer
    private let directory: TemporaryDirectory

    private static let hosts = ["registry-1.docker.io", "registry.example.com", "harbor.example.com"]

    init() async throws {
        source = try await DistributionRegistry.samples.value
        target = try DistributionRegistry(allowsURLs: true)
        let location = """
            location /v2/ {
                set $registry \(target.authority);
                if ($http_host ~ docker\\.io) { set $registry \(source.authority); }
                proxy_pass http://$registry;
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-Proto https;
                client_max_body_size 0;
            }
            """
        let tls = try NginxServer(locations: location, names: Self.hosts)
        self.tls = tls
        proxy = try LoopbackServer { request in
            request.method == "CONNECT"
                ? LoopbackResponse(tunnelTo: tls.securePort)
                : LoopbackResponse(status: 403, text: "only TLS is passed on\n")
        }
        directory = try TemporaryDirectory()
        try directory.write("rancher/tiny:v1\nrancher/rancher-agent:v1\nrancher/multi:v1\n", to: "rancher-images.txt")
        try directory.write("rancher/multi:v1\n", to: "rancher-windows-images.txt")
        let products = try GoldenSuite.Suite().products
        try directory.shell(
            """
            mkdir -p bin home && cp \(tls.certificate) ca.pem
            for program in save load; do
                for end in '' .sh .ps1; do ln -s \(products)/rancher-$program-images bin/rancher-$program-images$end; done
            done
            """
        )
    }

    /// Ends the proxy; the other servers end with the value.
    func stop() { proxy.stop() }

    /// Runs a block; each of its commands has to succeed.
    func run(_ script: String) throws {
        try directory.write(script, to: "block")
        try directory.shell(
            """
            export PATH="$PWD/bin:$PATH" HOME="$PWD/home" DOCKER_CONFIG="$PWD/home" XDG_RUNTIME_DIR="$PWD/home" TMPDIR="$PWD/home"
            export HTTPS_PROXY=\(proxy.url) HTTP_PROXY=\(proxy.url) SSL_CERT_FILE=\(tls.certificate)
            export RANCHER_IMAGES_ENGINE=registry RANCHER_IMAGES_STRICT=1 PASSWORD=secret
            bash -euo pipefail block
            """
        )
    }
}
