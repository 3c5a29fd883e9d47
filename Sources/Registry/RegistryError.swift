import Basics
import FoundationEssentials
import HTTP
import ImageModel

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
    /// How the transfer broke; `nil` where there was an answer, or it was no matter of that.
    let transfer: HTTPError?

    /// A failure and its sentence.
    package init(_ code: Code, _ description: String, status: Int? = nil, refusesMediaType: Bool = false) {
        self.init(code, description, status: status, refusesMediaType: refusesMediaType, transfer: nil)
    }

    init(
        _ code: Code,
        _ description: String,
        status: Int? = nil,
        refusesMediaType: Bool = false,
        transfer: HTTPError?
    ) {
        self.code = code
        self.description = description
        self.status = status
        self.refusesMediaType = refusesMediaType
        self.transfer = transfer
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
    init(
        _ response: HTTPResponse,
        from host: String,
        asking subject: String,
        _ login: LoginNote? = nil,
        pushingTo repository: Repository? = nil
    ) {
        let status = response.head.status
        let reason = Self.reason(in: response.body)
        let text = login?.credential?.redacting(reason.text) ?? reason.text
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
        let advice =
            project?.advice ?? Advice.text(on: code, status: status, reason: text, host: host, login)
        self.init(
            code,
            "\(host) answered \(status) to \(subject): \(text)\(advice)",
            status: status,
            refusesMediaType: Self.refusesMediaType(status, reason.code, reason.text)
        )
    }

    /// From a transfer that came to nothing.
    init(_ error: HTTPError, asking subject: String) {
        self.init(.unreachable, "\(subject): \(error.message)\(Advice.text(on: error, for: nil))", transfer: error)
    }

    /// Whether a manifest is refused since the registry does not know one of its blobs.
    static func isOfUnknownBlob(_ response: HTTPResponse) -> Bool {
        [400, 404].contains(response.head.status)
            && ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"].contains(reason(in: response.body).code)
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

    /// What the body of an answer says (distribution-spec, "Error Codes"), worded as docker does: `manifest unknown: …`.
    ///
    /// `detail` is not looked at: it may be text or an object.
    static func reason(in body: [UInt8]) -> (code: String, text: String) {
        struct Body: Decodable {
            struct Entry: Decodable {
                var code: String?
                var message: String?
            }
            var errors: [Entry]?
        }
        if let entry = try? JSONDecoder().decode(Body.self, from: Data(body)).errors?.first {
            let code = entry.code ?? ""
            let words = code.lowercased().split(separator: "_").joined(separator: " ")
            return (code, printable([words, entry.message ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")))
        }
        let text = printable(String(decoding: body.prefix(200), as: UTF8.self))
        return ("", text.isEmpty ? "it gave no reason" : text)
    }

    /// On one line, and no longer than a reader wants.
    static func printable(_ text: String) -> String {
        let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return String(line.split(separator: " ").joined(separator: " ").prefix(utf8Bytes: 300))
    }
}
