import FoundationEssentials
import Glibc
import HTTP
import SystemIO

/// What the configuration of docker's daemon says of registries: `daemon.json` (dockerd, "Daemon configuration file").
package struct DaemonConfiguration: Sendable {
    /// Registries without a good certificate or without TLS, `insecure-registries`.
    package private(set) var insecureHosts: InsecureHosts = []
    /// Where images of Docker Hub are looked for first, `registry-mirrors`, in this order.
    package private(set) var mirrors: [RegistryMirror] = []
    /// The proxies of `proxies`; `nil` where there are none.
    package private(set) var proxies: ProxySettings.File?

    /// A daemon with nothing configured.
    package init() {}

    /// Reads the text of a `daemon.json`.
    ///
    /// - Parameters:
    ///   - path: where it is from, for messages.
    ///   - notice: gets a sentence for a mirror that cannot be used; it is left out.
    /// - Throws: ``DaemonConfigurationError`` where it is not the daemon's JSON.
    package init(json: [UInt8], path: String, notice: (String) -> Void = { _ in }) throws(DaemonConfigurationError) {
        struct File: Decodable {
            struct Proxies: Decodable {
                var http: String?
                var https: String?
                var exemptions: String?

                enum CodingKeys: String, CodingKey {
                    case http = "http-proxy"
                    case https = "https-proxy"
                    case exemptions = "no-proxy"
                }
            }
            var insecureRegistries: [String]?
            var mirrors: [String]?
            var proxies: Proxies?

            enum CodingKeys: String, CodingKey {
                case insecureRegistries = "insecure-registries"
                case mirrors = "registry-mirrors"
                case proxies
            }
        }
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(json))
        } catch {
            throw DaemonConfigurationError()
        }
        insecureHosts = InsecureHosts(file.insecureRegistries ?? [])
        for (number, text) in (file.mirrors ?? []).enumerated() {
            if let mirror = RegistryMirror(text) {
                mirrors.append(mirror)
            } else {
                notice(
                    "mirror \(number + 1) in \(path) is left out: it must be http:// or https:// and a host, and no more"
                )
            }
        }
        proxies = file.proxies.map {
            ProxySettings.File(http: $0.http, https: $0.https, exemptions: $0.exemptions, path: path)
        }
    }

    /// The configuration of the daemon of this host: that of a user's own daemon where there is one, and what the system's
    /// says besides.
    ///
    /// - Parameters:
    ///   - environment: has `HOME` and `XDG_CONFIG_HOME`.
    ///   - system: the system's file.
    ///   - notice: gets a sentence for what cannot be read. The run goes on without it.
    package init(
        environment: Environment,
        system: String = "/etc/docker/daemon.json",
        notice: (String) -> Void
    ) {
        for path in [environment.configurationDirectory.map { $0 + "/docker/daemon.json" }, system].compactMap(\.self)
        where access(path, F_OK) == 0 {
            do {
                let bytes = try File.content(ofRegular: path, limit: 1 << 20)
                add(try DaemonConfiguration(json: bytes, path: path, notice: notice))
            } catch {
                notice("no settings of docker's daemon are taken from \(path): \(error)")
            }
        }
    }

    private mutating func add(_ other: DaemonConfiguration) {
        insecureHosts = insecureHosts.union(other.insecureHosts)
        mirrors += other.mirrors.filter { !mirrors.contains($0) }
        proxies = proxies ?? other.proxies
    }
}

/// That a `daemon.json` cannot be used. The caller names the file.
package struct DaemonConfigurationError: Error, CustomStringConvertible {
    /// What is wrong, to follow the file's name.
    package let description = "it is not the JSON of docker's daemon"
}
