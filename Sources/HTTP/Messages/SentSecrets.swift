import FoundationEssentials
import Glibc
import Synchronization
import SystemIO

/// The secrets a client has sent. Some servers repeat a request's secrets in the response, so a server's text is
/// printed only after ``redacting(_:)-(String)``.
package final class SentSecrets: Sendable {
    private struct State {
        /// Passwords and keys, and their base64 forms.
        var lasting: Set<[UInt8]> = []
        /// The most recent access tokens; each is short-lived, and a long run uses thousands.
        var tokens: [[UInt8]] = []
    }

    private static let tokenLimit = 256
    /// The replacement of a secret.
    private static let ellipsis = Array("…".utf8)

    private let state = Mutex(State())

    package init() {}

    /// Records a password or a key.
    package func add(_ secret: [UInt8]) {
        guard !secret.isEmpty else { return }
        let forms = Self.forms(of: secret)
        state.withLock { $0.lasting.formUnion(forms) }
    }

    /// Records credentials for basic authentication: `USER:PASSWORD`.
    func add(login: [UInt8]) {
        guard let colon = login.firstIndex(of: UInt8(ascii: ":")), colon + 1 < login.endIndex else { return }
        add(Array(login[(colon + 1)...]))
        let forms = Self.base64Forms(of: login)
        state.withLock { $0.lasting.formUnion(forms) }
    }

    /// Records the secrets of a request that is about to be sent.
    func add(_ request: HTTPRequest) {
        for secret in request.secrets { add(secret.nativeBytes) }
        if let signature = request.signature { add(signature.secret.nativeBytes) }
        if let token = request.headers["X-Amz-Security-Token"] { add(token.nativeBytes) }
        for value in request.headers.values("Authorization") {
            let parts = value.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            if parts[0].lowercased() == "basic" {
                if let login = Data(base64Encoded: String(parts[1])) { add(login: Array(login)) }
            } else {
                add(token: Array(parts[1].utf8))
            }
        }
    }

    private func add(token: [UInt8]) {
        state.withLock { state in
            guard !token.isEmpty, !state.tokens.contains(token) else { return }
            if state.tokens.count == Self.tokenLimit { state.tokens.removeFirst() }
            state.tokens.append(token)
        }
    }

    /// Returns a server's text without the secrets.
    package func redacting(_ text: String) -> String {
        String(decoding: redacting(Array(text.utf8)), as: UTF8.self)
    }

    /// Returns a server's text without the secrets.
    package func redacting(_ text: [UInt8]) -> [UInt8] {
        let (lasting, tokens) = state.withLock { ($0.lasting, $0.tokens) }
        // Longest first: otherwise a part of a longer secret would remain.
        return (Array(lasting) + tokens).sorted { $0.count > $1.count }.reduce(text) { Self.replace($1, in: $0) }
    }

    private static func replace(_ secret: [UInt8], in text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < text.count {
            if EscapedText.mayBegin(secret[0], in: text[position]),
                let end = EscapedText.end(of: secret, in: text, at: position)
            {
                result += ellipsis
                position = end
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
    }

    /// The secret, verbatim and in base64. ``EscapedText`` handles escaping.
    private static func forms(of secret: [UInt8]) -> [[UInt8]] {
        [secret] + (secret.count < 6 ? [] : base64Forms(of: secret))
    }

    /// The secret in both base64 alphabets (RFC 4648), without padding, which is optional.
    private static func base64Forms(of secret: [UInt8]) -> [[UInt8]] {
        let text = Data(secret).base64EncodedString().prefix { $0 != "=" }
        let other = text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        return [Array(text.utf8), Array(String(other).utf8)]
    }
}
