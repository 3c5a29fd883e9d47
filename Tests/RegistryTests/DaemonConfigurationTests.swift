import HTTP
import OCI
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// `daemon.json`, as dockerd reads it.
@Suite(.timeLimit(.minutes(1))) struct DaemonConfigurationTests {
    @Test func certificatesInAFile() async throws {
        let json = """
            {"insecure-registries": ["old.example", "https://url.example:5000/", "10.0.0.0/8", "2001:db8::/32"],
             "registry-mirrors": ["https://one.example/", "http://two.example:5000/a/b/"],
             "proxies": {"http-proxy": "http://p:1", "https-proxy": "http://p:2", "no-proxy": "x"},
             "log-level": "debug", "data-root": "/d"}
            """
        let configuration = try DaemonConfiguration(json: Array(json.utf8), path: "/d.json")
        #expect(configuration.insecureHosts.names == ["old.example", "url.example:5000"])
        #expect(configuration.insecureHosts.networks.count == 2)
        #expect(configuration.mirrors.map(\.url) == ["https://one.example", "http://two.example:5000/a/b"])
        #expect(
            configuration.proxies
                == ProxySettings.File(http: "http://p:1", https: "http://p:2", exemptions: "x", path: "/d.json")
        )
        #expect(throws: DaemonConfigurationError.self) { try DaemonConfiguration(json: Array("[".utf8), path: "/d") }
        #expect(try DaemonConfiguration(json: Array("{}".utf8), path: "/d").mirrors.isEmpty)
    }

    @Test(arguments: [
        "mirror.example", "ftp://mirror.example", "https://", "https://me:secret@mirror.example",
        "https://mirror.example/?secret", "https://mirror.example/#secret", "https://mirror example", "",
    ])
    func invalidMirrorIsReportedWithoutItsText(mirror: String) throws {
        let json = #"{"registry-mirrors": ["https://good.example", "\#(mirror)"]}"#
        var notices: [String] = []
        let configuration = try DaemonConfiguration(json: Array(json.utf8), path: "/d.json") { notices.append($0) }
        #expect(configuration.mirrors.map(\.url) == ["https://good.example"])
        #expect(
            notices == ["mirror 2 in /d.json is left out: it must be http:// or https:// and a host, and no more"]
        )
    }

    @Test func userDaemonTakesPrecedence() throws {
        let directory = try TemporaryDirectory()
        let system = try directory.write(
            #"{"insecure-registries":["a"],"registry-mirrors":["https://s","https://b"],"proxies":{"http-proxy":"s"}}"#,
            to: "system.json"
        )
        let own = #"{"insecure-registries":["b"],"registry-mirrors":["https://u","https://b"]}"#
        try directory.write(own, to: "home/.config/docker/daemon.json")
        var notices: [String] = []
        let configuration = DaemonConfiguration(environment: ["HOME": directory.path("home")], system: system) {
            notices.append($0)
        }
        #expect(configuration.insecureHosts == ["b", "a"])
        #expect(configuration.mirrors.map(\.url) == ["https://u", "https://b", "https://s"])
        #expect(configuration.proxies?.http == "s")
        #expect(notices.isEmpty)

        try directory.write("{", to: "c/docker/daemon.json")
        let environment = ["HOME": directory.path("home"), "XDG_CONFIG_HOME": directory.path("c")]
        let other = DaemonConfiguration(environment: environment, system: system) { notices.append($0) }
        #expect(other.insecureHosts == ["a"])
        let path = directory.path("c/docker/daemon.json")
        #expect(
            notices == ["no settings of docker's daemon are taken from \(path): it is not the JSON of docker's daemon"]
        )
    }

    @Test(
        arguments: [
            ("a name", "old.example", true), ("a name in another case", "OLD.example", true),
            ("with a port it is another", "old.example:5000", false), ("with its port", "port.example:5000", true),
            ("without it", "port.example", false), ("an address in a network", "10.1.2.3:5000", true),
            ("one outside", "11.1.2.3:5000", false), ("IPv6", "[2001:db8::5]:5000", true),
            ("a name that leads into a network", "localhost:5000", true),
            ("a name that leads nowhere", "unknown.invalid", false), ("the Hub never is", "docker.io", false),
        ]
    )
    func insecureHosts(reason: String, domain: String, isInsecure: Bool) async {
        let hosts: InsecureHosts = [
            "old.example", "port.example:5000", "10.0.0.0/8", "2001:db8::/32", "127.0.0.0/8", "::1/128", "docker.io",
        ]
        #expect(await hosts.contains(domain) == isInsecure)
    }

    @Test func namedPipeIsNotRead() throws {
        let directory = try TemporaryDirectory()
        try directory.shell("mkfifo daemon.json")
        var notices: [String] = []
        let path = directory.path("daemon.json")
        _ = DaemonConfiguration(environment: [:], system: path) { notices.append($0) }
        #expect(
            notices
                == [
                    "no settings of docker's daemon are taken from \(path): cannot read \(path): it is not a regular file"
                ]
        )
    }
}
