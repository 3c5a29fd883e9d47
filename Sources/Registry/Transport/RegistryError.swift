import FoundationEssentials
import HTTP
import OCI
import SystemIO

/// A failed request to a registry.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: Sendable, Equatable {
        /// The manifest, blob or repository does not exist.
        case notFound
        /// Unauthorized: credentials are missing or were refused.
        case unauthorized
        /// The credentials are valid but lack the permission.
        case denied
        /// Too many requests, after all retries.
        case rateLimited
        /// The registry was unreachable, or the transfer broke repeatedly.
        case unreachable
        /// The content does not match its digest or size.
        case damaged
        /// Any other unsuccessful response.
        case refused
    }

    /// The kind of failure.
    package let code: Code
    /// One sentence without a period: the place, the problem and the advice.
    package let description: String
    /// The status of the registry's response; `nil` if the failure is of another kind.
    package let status: Int?
    /// Whether the registry rejected a manifest because of its media type.
    package let refusesMediaType: Bool

    package init(_ code: Code, _ description: String, status: Int? = nil, refusesMediaType: Bool = false) {
        self.code = code
        self.description = description
        self.status = status
        self.refusesMediaType = refusesMediaType
    }
}

extension RegistryError {
    /// Creates the error for an unsuccessful response.
    ///
    /// - Parameters:
    ///   - host: The responding host.
    ///   - subject: The subject of the request, such as `the manifest of rancher/shell:v1`.
    ///   - login: The description of the credentials, if they were refused.
    ///   - repository: The target of a push; `nil` otherwise.
    ///   - existing: The digest of another manifest with the same name; `nil` if unknown.
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

    /// Creates the error for a failed transfer.
    init(_ error: HTTPError, asking subject: String) {
        self.init(.unreachable, "\(subject): \(error.message)\(ErrorHint.text(on: error, for: nil))")
    }

    /// Whether a manifest was rejected because the registry does not know one of its blobs.
    static func isOfUnknownBlob(_ response: HTTPResponse) -> Bool {
        [400, 404].contains(response.head.status)
            && ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"].contains(Reason(response).code)
    }

    /// Whether a response rejects a manifest's media type, in the texts of various registries.
    private static func refusesMediaType(_ status: Int, _ code: String, _ text: String) -> Bool {
        guard status != 415 else { return true }
        guard [400, 404, 406, 422].contains(status) else { return false }
        let words = text.lowercased()
        return ["MANIFEST_INVALID", "UNSUPPORTED"].contains(code)
            || ["media type", "mediatype", "content type", "content-type"].contains { words.contains($0) }
    }

    /// Returns the text on one line, shortened for messages.
    static func printable(_ text: String) -> String {
        let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return String(line.split(separator: " ").joined(separator: " ").prefix(utf8Bytes: 300))
    }
}

extension RegistryError {
    /// The reason in a response's body (distribution-spec, "Error Codes"), formatted as in docker: `manifest unknown:
    /// …`.
    ///
    /// `detail` is ignored: it may be text or an object.
    struct Reason {
        /// The first error code; empty if there is none.
        let code: String
        /// The server's text, for decisions only: it may contain a secret that was sent.
        let text: String
        /// The server's text for messages. The text of a redirect target is shown only if it is a registry error:
        /// otherwise a registry could read other hosts of the network through it.
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
                // Redacted before formatting, which changes the code.
                let secrets = response.head.secrets
                let shownCode = secrets?.redacting(Self.beginning(code)) ?? code
                shown =
                    text.isEmpty ? Self.none : Self.shown(Self.text(shownCode, entry.message ?? ""), in: response.head)
                return
            }
            code = ""
            // Redacted first: shortening could leave a part of a secret.
            let start = Array(response.body.prefix(Self.limit))
            let body = response.head.secrets?.redacting(start) ?? start
            text = RegistryError.printable(String(decoding: body.prefix(200), as: UTF8.self))
            shown = text.isEmpty ? Self.none : isForeign ? "its answer is not a registry's" : text
        }

        private static let none = "it gave no reason"

        /// The maximum size of a text that is redacted; much less is shown.
        private static let limit = 64 << 10

        private static func beginning(_ text: String) -> String { String(text.prefix(utf8Bytes: limit)) }

        /// Formats a code and a message as docker does.
        private static func text(_ code: String, _ message: String) -> String {
            let words = code.lowercased().split(separator: "_").joined(separator: " ")
            return [words, message].filter { !$0.isEmpty }.joined(separator: ": ")
        }

        /// Returns a text of a response for messages.
        static func shown(_ text: String, in head: HTTPResponseHead) -> String {
            RegistryError.printable(head.secrets?.redacting(beginning(text)) ?? text)
        }
    }
}
