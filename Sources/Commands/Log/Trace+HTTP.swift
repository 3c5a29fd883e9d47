import Engine
import HTTP

extension Trace {
    static func line(_ event: HTTPEvent) -> String {
        switch event {
        case .exchange(let exchange): line(exchange)
        case .pause(let host, let duration): "\(host) is busy: backing off for \(duration.text)"
        case .limit(let host, let count?): "\(host) gets at most \(count) request\(count == 1 ? "" : "s") at a time"
        case .limit(let host, nil): "\(host) gets any number of requests at a time again"
        }
    }

    /// `GET URL: 200, 1.2 MB in 310 ms`
    private static func line(_ exchange: HTTPExchange) -> String {
        let way = exchange.proxy.map { " by the proxy \($0)" } ?? ""
        let answer = exchange.status.map { status in
            "\(status)" + (exchange.location.map { " to \($0)" } ?? "")
        }
        let amounts = [(exchange.sent, "sent"), (exchange.received, "received")].filter { $0.0 > 0 }
            .map { "\(ByteCount($0.0)) \($0.1)" }
        let parts = [answer].compactMap(\.self) + amounts + [exchange.failure].compactMap(\.self)
        return "\(exchange.method.rawValue) \(exchange.url)\(way): \(parts.joined(separator: ", ")) in"
            + " \(exchange.duration.text)"
    }
}
