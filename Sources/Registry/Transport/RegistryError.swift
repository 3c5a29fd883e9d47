import FoundationEssentials
import HTTP
import OCI
import SystemIO

/// Why a registry did not do what it was asked.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it was.
    package enum Code: Sendable, Equatable {
        /// There is no such manifest, blob or repository.
        case notFound
        /// The registry wants a login, or refused the one it was given.
        case unauthorized
        /// The login is good but not enough.
        case denied
        /// Too many requests, and patience is over.
        case rateLimited
        /// The registry could not be reached, or the transfer broke again and again.
        case unreachable
        /// What came is not what its digest or size says.
        case damaged
        /// Any other answer that is no success.
        case refused
    }

    /// What kind of failure it was.
    package let code: Code
    /// One sentence without its full stop: where, what, and what to do about it.
    package let description: String
    /// The status of the registry's answer; `nil` where there was none, or it was no matter of that.
    package let status: Int?
    /// Whether the registry has looked at a manifest and does not take its media type.
    package let refusesMediaType: Bool

    /// A failure and its sentence.
    package init(_ code: Code, _ description: String, status: Int? = nil, refusesMediaType: Bool = false) {
        self.code = code
        self.description = description
        self.status = status
        self.refusesMediaType = refusesMediaType
    }
}

extension RegistryError {
    /// From an answer that is no success.
    ///
    /// - Parameters:
    ///   - host: who answered.
    ///   - subject: what was asked for, such as `the manifest of rancher/shell:v1`.
    ///   - login: what to say of the login, where that was refused.
    ///   - repository: what was pushed into; `nil` where nothing was.
    ///   - existing: the digest of another manifest that has the name already; `nil` if that is not known.
    init(
        _ response: HTTPResponse,
        from host: String,
        asking subject: String,
        _ login: CredentialDiagnostics? = nil,
        pushingTo repository: Repository? = nil,
        over existing: Digest? = nil
    ) {
        let status = response.head.status
        let reason = Reason(response)
        let project = repository.flatMap { MissingProject(code: reason.code, text: reason.text, in: $0) }
        let isMissing =
            status == 404 || project != nil || ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"].contains(reason.code)
        let code: Code =
            switch status {
            case _ where isMissing: .notFound
            case 401: .unauthorized
            case 403: .denied
            case 429: .rateLimited
            case 500...: .unreachable
            default: .refused
            }
        if let target = response.head.redirectTarget {
            let shown = Reason.shown(target, in: response.head)
            let advice = ErrorHint.text(onAnswerOf: shown, redirectedFrom: host, code)
            self.init(
                code,
                "\(shown), to which \(host) redirects, answered \(status) to \(subject): \(reason.shown)\(advice)",
                status: status
            )
            return
        }
        let advice =
            project?.advice
            ?? ErrorHint.text(on: code, status: status, reason: reason.text, host: host, login, existing: existing)
        self.init(
            code,
            "\(host) answered \(status) to \(subject): \(reason.shown)\(advice)",
            status: status,
            refusesMediaType: Self.refusesMediaType(status, reason.code, reason.text)
        )
    }

    /// From a transfer that came to nothing.
    init(_ error: HTTPError, asking subject: String) {
        self.init(.unreachable, "\(subject): \(error.message)\(ErrorHint.text(on: error, for: nil))")
    }

    /// Whether a manifest is refused since the registry does not know one of its blobs.
    static func isOfUnknownBlob(_ response: HTTPResponse) -> Bool {
        [400, 404].contains(response.head.status)
            && ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"].contains(Reason(response).code)
    }

    /// Whether an answer to the push of a manifest says that its media type is not taken, in the ways that registries have of
    /// saying so.
    private static func refusesMediaType(_ status: Int, _ code: String, _ text: String) -> Bool {
        guard status != 415 else { return true }
        guard [400, 404, 406, 422].contains(status) else { return false }
        let words = text.lowercased()
        return ["MANIFEST_INVALID", "UNSUPPORTED"].contains(code)
            || ["media type", "mediatype", "content type", "content-type"].contains { words.contains($0) }
    }

    /// On one line, and no longer than a reader wants.
    static func printable(_ text: String) -> String {
        let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return String(line.split(separator: " ").joined(separator: " ").prefix(utf8Bytes: 300))
    }
}

extension RegistryError {
    /// The reason in the body of an answer (distribution-spec, "Error Codes"), worded as docker does: `manifest unknown: …`.
    ///
    /// `detail` is not read: it may be text or an object.
    struct Reason {
        /// The first code; empty if there is none.
        let code: String
        /// The server's text, for decisions only: it may repeat a secret that was sent.
        let text: String
        /// The server's text as it may be shown. That of a host that a registry redirects to is shown only if it is a registry's error:
        /// a registry could read other hosts of the network by it.
        let shown: String

        init(_ response: HTTPResponse) {
            struct Body: Decodable {
                struct Entry: Decodable {
                    var code: String?
                    var message: String?
                }
                var errors: [Entry]?
            }
            let isForeign = response.head.redirectTarget != nil
            let entry = try? JSONDecoder().decode(Body.self, from: Data(response.body)).errors?.first
            if let entry, !isForeign || entry.code?.isEmpty == false {
                code = entry.code ?? ""
                text = Self.text(code, entry.message ?? "")
                // Redacted before the code is worded, which changes it.
                let secrets = response.head.secrets
                let shownCode = secrets?.redacting(Self.beginning(code)) ?? code
                shown =
                    text.isEmpty ? Self.none : Self.shown(Self.text(shownCode, entry.message ?? ""), in: response.head)
                return
            }
            code = ""
            // Redacted first: a cut through a secret would leave a part of it.
            let start = Array(response.body.prefix(Self.limit))
            let body = response.head.secrets?.redacting(start) ?? start
            text = RegistryError.printable(String(decoding: body.prefix(200), as: UTF8.self))
            shown = text.isEmpty ? Self.none : isForeign ? "its answer is not a registry's" : text
        }

        private static let none = "it gave no reason"

        /// The most bytes of a text that are redacted; much less is shown.
        private static let limit = 64 << 10

        private static func beginning(_ text: String) -> String { String(text.prefix(utf8Bytes: limit)) }

        /// A code and a message as docker words them.
        private static func text(_ code: String, _ message: String) -> String {
            let words = code.lowercased().split(separator: "_").joined(separator: " ")
            return [words, message].filter { !$0.isEmpty }.joined(separator: ": ")
        }

        /// A text of an answer as it may be shown.
        static func shown(_ text: String, in head: HTTPResponseHead) -> String {
            RegistryError.printable(head.secrets?.redacting(beginning(text)) ?? text)
        }
    }
}
