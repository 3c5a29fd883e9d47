import CommandLine
import FoundationEssentials
import SystemIO
import TestSupport
import Testing

/// The error messages as a set: each has the host, the request, the cause and advice, and a section in `docs/troubleshooting.md`.
@Suite(.timeLimit(.minutes(5))) struct ErrorSentenceTests {
    /// A registry that fails, and the message. `HOST` is the registry, `FOLDER` the bench's directory, and `LAYER` the digest of a blob.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var program = Program.save
        var authentication = FakeSwitches.Authentication.none
        var fault: FakeFault?
        var way = Way.itself
        let sentence: String

        var testDescription: String { name }
    }

    /// The connection to the registry.
    enum Way: Sendable {
        /// Plain HTTP on a loopback address.
        case itself
        /// TLS, which the registry does not have, on another address.
        case outside
        /// An unknown host name.
        case unknownName
        /// A closed port.
        case stopped
        /// A proxy that requires credentials.
        case proxy
        /// A host name with a self-signed certificate.
        case ownCertificate
    }

    private static let full = """
        Quota exceeded when processing the request of adding 25.5 MiB of storage resource, which when updated to current usage of 0 \
        Byte will exceed the configured upper limit of 1.0 MiB.
        """

    /// Returns a response in the format of the distribution API.
    private static func answer(_ status: Int, _ code: String, _ message: String) -> FakeFault.Kind {
        .answer(LoopbackResponse(status: status, text: #"{"errors":[{"code":"\#(code)","message":"\#(message)"}]}"#))
    }

    static let rows = [
        Row(
            name: "an authority that nobody knows",
            way: .ownCertificate,
            sentence: """
                HOST/rancher/x:v1: cannot reach the registry HOST: TLS with HOST failed: SSL certificate problem: self-signed \
                certificate; put the certificate of its authority into /etc/docker/certs.d/HOST/ca.crt, or name the file of the \
                authority's certificate with --ca-file
                """
        ),
        Row(
            name: "no TLS",
            way: .outside,
            sentence: """
                HOST/rancher/x:v1: cannot reach the registry HOST: TLS with HOST failed: TLSERROR wrong version number; if it is \
                meant to be without TLS, name it with --insecure-registry HOST
                """
        ),
        Row(
            name: "no address",
            way: .unknownName,
            sentence: """
                HOST/rancher/x:v1: cannot reach the registry HOST: the name of HOST has no address; check the name, and whether this \
                network reaches it by a proxy (HTTPS_PROXY)
                """
        ),
        Row(
            name: "nobody listens",
            way: .stopped,
            sentence: """
                HOST/rancher/x:v1: cannot reach the registry HOST: HOST refused the connection: no process listens on that port; check \
                the port, and whether the registry is running
                """
        ),
        Row(
            name: "the proxy's login",
            way: .proxy,
            sentence: """
                HOST/rancher/x:v1: cannot reach the registry HOST: the proxy for HOST wants another login (407): put its user and \
                password into the proxy's variable, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT
                """
        ),
        Row(
            name: "unauthorised",
            authentication: .basic(user: "me", password: "another"),
            sentence: """
                HOST/rancher/x:v1: HOST answered 401 to the manifest v1 of HOST/rancher/x: unauthorized: authentication required; it \
                got the login of user me from FOLDER/config.json; log in as a user who may do this: 'docker login HOST', 'podman \
                login HOST', or --username
                """
        ),
        Row(
            name: "forbidden",
            program: .load,
            fault: FakeFault(.error(403, "DENIED"), method: "POST", target: "/uploads/", times: .max),
            sentence: """
                rancher/x:v1: HOST answered 403 to the push of the blob LAYER to HOST/mirror/rancher/x: denied: requested access to \
                the resource is denied; it asked for no login, and got none; log in as a user who may do this: 'docker login HOST', \
                'podman login HOST', or --username
                """
        ),
        Row(
            name: "no such project",
            program: .load,
            fault: FakeFault(
                answer(404, "NOT_FOUND", "project mirror not found"),
                method: "POST",
                target: "/uploads/",
                times: .max
            ),
            sentence: """
                rancher/x:v1: HOST answered 404 to the push of the blob LAYER to HOST/mirror/rancher/x: not found: project mirror \
                not found; make the project mirror in Harbor, or give --create-projects
                """
        ),
        Row(
            name: "a full project",
            program: .load,
            fault: FakeFault(answer(403, "DENIED", full), method: "POST", target: "/uploads/", times: .max),
            sentence: """
                rancher/x:v1: HOST answered 403 to the push of the blob LAYER to HOST/mirror/rancher/x: denied: \(full); the project \
                is full: free space in it or raise its quota, and run this again
                """
        ),
        Row(
            name: "a tag that is kept",
            program: .load,
            fault: FakeFault(
                answer(
                    412,
                    "PRECONDITION",
                    "Failed to process request due to 'mirror/rancher/x:v1' configured as immutable."
                ),
                method: "PUT",
                target: "/manifests/",
                times: .max
            ),
            sentence: """
                rancher/x:v1: HOST answered 412 to the push of the manifest v1 to HOST/mirror/rancher/x: precondition: Failed to \
                process request due to 'mirror/rancher/x:v1' configured as immutable.; the tag is immutable: push to \
                another project, or lift the rule
                """
        ),
        Row(
            name: "too large for a proxy",
            program: .load,
            fault: FakeFault(
                .answer(LoopbackResponse(status: 413, text: "<h1>413 Request Entity Too Large</h1>")),
                method: "PUT",
                target: "/uploads/",
                times: .max
            ),
            sentence: """
                rancher/x:v1: the push of the blob LAYER to HOST/mirror/rancher/x: a proxy before HOST refuses SIZE bytes as too \
                large (413); raise the limit of the proxy before it, as with client_max_body_size in nginx
                """
        ),
        Row(
            name: "replicas that do not know each other's uploads",
            program: .load,
            fault: FakeFault(.error(404, "BLOB_UPLOAD_UNKNOWN"), method: "PUT", target: "/uploads/", times: .max),
            sentence: """
                rancher/x:v1: the push of the blob LAYER to HOST/mirror/rancher/x: HOST no longer knows of the upload; if it has \
                replicas, give them one storage and one http.secret, and check its log
                """
        ),
        Row(
            name: "a rate limit",
            fault: FakeFault(
                answer(429, "TOOMANYREQUESTS", "You have reached your pull rate limit."),
                target: "/manifests/",
                times: .max
            ),
            sentence: """
                HOST/rancher/x:v1: HOST answered 429 to the manifest v1 of HOST/rancher/x: toomanyrequests: You have reached your pull \
                rate limit.; try again later, or log in: 'docker login HOST', 'podman login HOST', or --username
                """
        ),
    ]

    /// Returns the registry's name and the environment variables for the connection.
    private static func host(_ way: Way, _ registry: FakeRegistry) throws -> (String, [String: String], [AnyObject]) {
        switch way {
        case .itself: return (registry.authority, [:], [])
        case .outside: return ("0.0.0.0" + registry.authority.dropFirst("127.0.0.1".count), [:], [])
        case .unknownName: return ("unknown.invalid", [:], [])
        case .stopped:
            registry.stop()
            return (registry.authority, [:], [])
        case .proxy:
            let proxy = try LoopbackServer { _ in LoopbackResponse(status: 407) }
            return ("far.example.com", ["HTTPS_PROXY": "http://me:wr0ng@\(proxy.authority)"], [proxy])
        case .ownCertificate:
            let server = try NginxServer()
            return ("0.0.0.0:\(server.securePort)", [:], [server])
        }
    }

    @Test(.enabled(if: Machine.hasNginx, "nginx is not installed"), arguments: rows)
    func hasOneMessage(_ row: Row) async throws {
        var switches = FakeSwitches()
        switches.authentication = row.authentication
        let registry = try FakeRegistry(switches)
        defer { registry.stop() }
        let layer = [UInt8](repeating: 7, count: 100)
        registry.addImage(repository: "rancher/x", tag: "v1", configuration: Array("{}".utf8), layers: [layer])
        let bench = try Bench()
        let login = Data("me:wr0ng".utf8).base64EncodedString()
        let (host, variables, servers) = try Self.host(row.way, registry)
        try bench.directory.write(#"{"auths":{"\#(host)":{"auth":"\#(login)"}}}"#, to: "config.json")
        let environment = ["DOCKER_CONFIG": bench.directory.path, "HOME": bench.directory.path]
            .merging(variables) { $1 }
        var run = try await bench.save(["rancher/x:v1"], from: host, environment: environment)
        if row.program == .load {
            #expect(run.status == 0, "\(run.errors)")
            registry.add(try #require(row.fault))
            run = try await bench.load(source: host, target: host + "/mirror", environment: environment)
        } else if let fault = row.fault {
            registry.add(fault)
            run = try await bench.save(["rancher/x:v1"], from: host, environment: environment)
        }
        withExtendedLifetime(servers) {}
        #expect(run.status == 1)
        let first = try #require(run.errors.split(separator: "\n").first { $0.contains("/x:v1: ") })
        let reported = String(first.drop { $0 != " " }.dropFirst())
            .replacing(/sha256:[0-9a-f]{64}/, with: "LAYER")
            .replacing(/(OpenSSL\/[^ ]* )?error:[0-9A-F]+:[^:]*:[^:]*:/, with: "TLSERROR ")
            .replacing(/refuses \d+ bytes/, with: "refuses SIZE bytes")
            .replacing(bench.directory.path, with: "FOLDER")
            .replacing(host, with: "HOST")
        #expect(reported == row.sentence)
        try Self.expectSection(for: reported)
    }

    @Test func aFullDisk() throws {
        let error = StagedFileError.noSpace(path: "/usb/images.tar.gz", needed: 1_000_000, available: 1000)
        let sentence = "\(error)"
        #expect(
            sentence == """
                cannot write /usb/images.tar.gz: No space left on device: it takes 1000000 bytes, and 1000 are free; free space there, \
                or name an archive on another disk
                """
        )
        try Self.expectSection(for: sentence)
    }

    /// Verifies that the message contains the code text of a heading, with any text for `HOST` and `…`.
    private static func expectSection(for sentence: String) throws {
        let document = try Fixtures.text("../../docs/troubleshooting.md")
        let patterns = document.split(separator: "\n").filter { $0.hasPrefix("## ") }
            .flatMap { heading in
                heading.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 1 }
                    .map(\.element)
            }
        let found = patterns.contains { pattern in
            var rest = sentence[...]
            return pattern.replacing("HOST", with: "…").split(separator: "…")
                .allSatisfy { part in
                    guard let range = rest.firstRange(of: part) else { return false }
                    rest = rest[range.upperBound...]
                    return true
                }
        }
        #expect(found, "docs/troubleshooting.md has no section for: \(sentence)")
    }
}
