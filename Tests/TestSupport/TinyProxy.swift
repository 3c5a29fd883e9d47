/// A real HTTP proxy, Debian's `tinyproxy`, on a free port of 127.0.0.1, that requires a user and a password.
public final class TinyProxy: Sendable {
    /// `127.0.0.1:port`
    public let authority: String

    private let directory: TemporaryDirectory

    /// Starts the proxy and waits until it listens.
    ///
    /// - Throws: An error with its output if it does not start.
    public init(user: String, password: String) throws {
        directory = try TemporaryDirectory()
        authority = try Self.start(in: directory, user, password)
    }

    deinit {
        // It inherits the blocked signals of the test's thread: only SIGKILL reaches it.
        _ = try? directory.shell("kill -KILL $(cat pid)")
    }

    /// Its log of requests.
    public func log() throws -> String {
        try directory.text("log")
    }

    /// It cannot choose a free port, so it gets one that was free a moment ago.
    private static func start(in directory: TemporaryDirectory, _ user: String, _ password: String) throws -> String {
        for _ in 0..<10 {
            let server = try LoopbackServer { _ in LoopbackResponse() }
            server.stop()
            let configuration = """
                Port \(server.port)
                Listen 127.0.0.1
                LogLevel Info
                Timeout 60
                BasicAuth \(user) \(password)
                """
            try directory.write(configuration, to: "tinyproxy.conf")
            let outcome = try directory.shell(
                """
                tinyproxy -d -c tinyproxy.conf >log 2>&1 </dev/null &
                echo $! >pid
                for try in $(seq 600); do
                    grep -q 'Accepting connections' log && echo started && exit
                    kill -0 $(cat pid) 2>/dev/null || break
                    sleep 0.05
                done
                cat log
                """
            )
            let text = String(decoding: outcome, as: UTF8.self)
            if text.hasSuffix("started\n") { return server.authority }
            guard text.contains("bind") || text.contains("listen") else { throw TestSupportError("tinyproxy: \(text)") }
        }
        throw TestSupportError("tinyproxy found no free port")
    }
}
