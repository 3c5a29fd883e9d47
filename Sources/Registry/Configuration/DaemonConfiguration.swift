import FoundationEssentials
import Glibc
import HTTP
import SystemIO

/// The registry settings in `daemon.json` (dockerd, "Daemon configuration file").
package struct DaemonConfiguration: Sendable {
    /// `insecure-registries`: registries with any certificate or without TLS.
    package private(set) var insecureHosts: InsecureHosts = []
    /// `registry-mirrors`: mirrors of Docker Hub, in order.
    package private(set) var mirrors: [RegistryMirror] = []
    /// `proxies`; `nil` if not set.
    package private(set) var proxies: ProxySettings.File?

    package init() {}

    /// Parses the text of a `daemon.json`.
    ///
    /// - Parameters:
    ///   - path: The file's path, for messages.
    ///   - notice: Receives a sentence for an invalid mirror, which is ignored.
    /// - Throws: ``DaemonConfigurationError`` if the text is not the daemon's JSON.
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

    /// Reads the configuration of this host's daemons: the user's own, if any, and the system's in addition.
    ///
    /// - Parameters:
    ///   - environment: Provides `HOME` and `XDG_CONFIG_HOME`.
    ///   - system: The system's file.
    ///   - notice: Receives a sentence for an unreadable file, which is ignored.
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

/// An unusable `daemon.json`. The caller names the file.
package struct DaemonConfigurationError: Error, CustomStringConvertible {
    /// The problem, to follow the file's name.
    package let description = "it is not the JSON of docker's daemon"
}
