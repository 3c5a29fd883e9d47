import Glibc

/// A real nginx on two free ports of 127.0.0.1, one of them with TLS, with all files in its own directory.
public final class NginxServer: Sendable {
    /// `http://127.0.0.1:port`
    public let url: String
    /// `https://127.0.0.1:port`
    public var secureURL: String { "https://127.0.0.1:\(securePort)" }
    /// The port of ``secureURL``.
    public let securePort: Int
    /// The file of the self-signed certificate for 127.0.0.1 and the given names.
    public let certificate: String

    private let directory: TemporaryDirectory

    /// Starts the server.
    ///
    /// - Parameters:
    ///   - locations: nginx's `location` blocks; `root` is an empty directory that accepts `PUT`.
    ///   - names: Host names of the certificate in addition to 127.0.0.1.
    ///   - replicas: The servers, `HOST:PORT`, of the upstream `replicas`, which is used round robin.
    /// - Throws: An error with the output of nginx or openssl if it fails.
    public init(locations: String = "", names: [String] = [], replicas: [String] = []) throws {
        let subjects = (["IP:127.0.0.1"] + names.map { "DNS:\($0)" }).joined(separator: ",")
        directory = try TemporaryDirectory()
        certificate = directory.path("certificate.pem")
        try directory.shell(
            """
            mkdir files
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test \
                -addext subjectAltName=\(subjects) -keyout key.pem -out certificate.pem
            """
        )
        let upstream = replicas.isEmpty ? "" : "upstream replicas { \(replicas.map { "server \($0);" }.joined()) }"
        let ports = try Self.start(in: directory, locations, upstream)
        url = "http://127.0.0.1:\(ports[0])"
        securePort = ports[1]
    }

    deinit {
        _ = try? directory.shell("kill $(cat nginx.pid)")
    }

    /// nginx cannot choose free ports, so it gets two that were free a moment ago.
    private static func start(in directory: TemporaryDirectory, _ locations: String, _ upstream: String) throws -> [Int]
    {
        for _ in 0..<10 {
            let ports = try freePorts()
            try directory.write(configuration(directory.path, ports, locations, upstream), to: "nginx.conf")
            let outcome = try directory.shell(
                "PATH=$PATH:/usr/sbin; nginx -e start.log -c \(directory.path("nginx.conf")) 2>&1 && echo started || cat start.log"
            )
            let text = String(decoding: outcome, as: UTF8.self)
            if text.hasSuffix("started\n") { return ports }
            guard text.contains("Address already in use") else { throw TestSupportError("nginx: \(text)") }
        }
        throw TestSupportError("nginx found no free port")
    }

    private static func freePorts() throws -> [Int] {
        let servers = try (0..<2).map { _ in try LoopbackServer { _ in LoopbackResponse() } }
        servers.forEach { $0.stop() }
        return servers.map(\.port)
    }

    private static func configuration(
        _ directory: String,
        _ ports: [Int],
        _ locations: String,
        _ upstream: String
    ) -> String {
        """
        master_process off;
        pid \(directory)/nginx.pid;
        error_log \(directory)/error.log;
        events {}
        http {
            access_log off;
            client_body_temp_path \(directory)/body;
            proxy_temp_path \(directory)/proxy;
            fastcgi_temp_path \(directory)/fastcgi;
            uwsgi_temp_path \(directory)/uwsgi;
            scgi_temp_path \(directory)/scgi;
            client_max_body_size 0;
            \(upstream)
            server {
                listen 127.0.0.1:\(ports[0]);
                listen 127.0.0.1:\(ports[1]) ssl http2;
                ssl_certificate \(directory)/certificate.pem;
                ssl_certificate_key \(directory)/key.pem;
                ssl_protocols TLSv1.2 TLSv1.3;
                location / {
                    root \(directory)/files;
                    dav_methods PUT;
                }
                \(locations)
            }
        }
        """
    }
}
