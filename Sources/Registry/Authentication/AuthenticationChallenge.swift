/// A challenge of a `WWW-Authenticate` field (RFC 9110, section 11.6.1).
struct AuthenticationChallenge: Sendable, Equatable {
    /// The lowercase scheme: `bearer`, `basic`.
    let scheme: String
    /// The parameters by lowercase name: `realm`, `service`, `scope`, `error`.
    let parameters: [String: String]

    /// Returns the challenges of all fields of a response. Malformed challenges are skipped.
    static func parse(_ fields: [String]) -> [AuthenticationChallenge] {
        fields.flatMap { field -> [AuthenticationChallenge] in
            var reader = Reader(rest: field[...])
            return reader.challenges()
        }
    }

    private struct Reader {
        var rest: Substring

        mutating func challenges() -> [AuthenticationChallenge] {
            var result: [AuthenticationChallenge] = []
            skipSeparators()
            while let scheme = token() {
                var parameters: [String: String] = [:]
                skipToken68(of: scheme)
                skipSeparators()
                while let (name, value) = parameter() {
                    if parameters[name] == nil { parameters[name] = value }
                    skipSeparators()
                }
                result.append(AuthenticationChallenge(scheme: scheme.lowercased(), parameters: parameters))
            }
            return result
        }

        /// Parses `name=value` or `name="value"`; consumes nothing if a scheme follows.
        private mutating func parameter() -> (String, String)? {
            let start = rest
            guard let name = token() else { return nil }
            skipSpaces()
            guard rest.first == "=" else {
                rest = start
                return nil
            }
            rest.removeFirst()
            skipSpaces()
            return (name.lowercased(), rest.first == "\"" ? quoted() : token() ?? "")
        }

        /// Skips the opaque text of schemes such as `Negotiate` (`token68`; RFC 9110, section 11.2).
        ///
        /// `realm=` could be `token68` too, so known schemes with parameters are excluded.
        private mutating func skipToken68(of scheme: String) {
            guard !["bearer", "basic", "digest"].contains(scheme.lowercased()) else { return }
            let start = rest
            skipSpaces()
            _ = token()
            rest = rest.drop { $0 == "=" }
            skipSpaces()
            if !rest.isEmpty, !rest.hasPrefix(",") { rest = start }
        }

        private mutating func token() -> String? {
            let text = rest.prefix { !" \t,=\"".contains($0) }
            rest = rest[text.endIndex...]
            return text.isEmpty ? nil : String(text)
        }

        private mutating func quoted() -> String {
            rest.removeFirst()
            var text = ""
            while let character = rest.popFirst(), character != "\"" {
                if character == "\\", let escaped = rest.popFirst() {
                    text.append(escaped)
                } else {
                    text.append(character)
                }
            }
            return text
        }

        private mutating func skipSpaces() {
            rest = rest.drop { $0 == " " || $0 == "\t" }
        }

        private mutating func skipSeparators() {
            rest = rest.drop { " \t,".contains($0) }
        }
    }
}
