/// Environment variables by name.
package typealias Environment = [String: String]

extension Environment {
    /// The value of a variable; `nil` if the variable is unset or empty.
    package func value(of name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// `HOME`.
    package var home: String? { value(of: "HOME") }

    /// `XDG_CONFIG_HOME`, by default `~/.config` (XDG Base Directory Specification).
    package var configurationDirectory: String? { value(of: "XDG_CONFIG_HOME") ?? home.map { $0 + "/.config" } }

    /// `TMPDIR`, by default `/tmp`.
    package var temporaryDirectory: String { value(of: "TMPDIR") ?? "/tmp" }
}
