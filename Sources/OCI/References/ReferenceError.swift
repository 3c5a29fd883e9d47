/// The reason why a text is not a reference.
public struct ReferenceError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case empty
        /// The repository has more than 255 characters, or the text more than any reference can have.
        case tooLong
        /// 64 hexadecimal digits, which docker reserves for image IDs.
        case bareIdentifier
        /// The part after `@` is not a digest.
        case digest
        /// The part before the first slash is not `host[:port]`.
        case domain(String)
        /// The repository is missing.
        case noName
        /// The repository has uppercase letters.
        case upperCase(String)
        /// A component of the repository is empty or has an invalid character.
        case path(String)
        /// The part after the colon is not a tag.
        case tag(String)
        /// `scratch`, which no registry serves.
        case reserved
    }

    package let text: String
    package let reason: Reason

    init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }
}

extension ReferenceError: CustomStringConvertible {
    /// One sentence with the text and the problem. It begins as docker's message.
    public var description: String {
        let problem =
            switch reason {
            case .empty: "it is empty"
            case .tooLong: "the repository name must not be more than 255 characters"
            case .bareIdentifier: "cannot specify 64-byte hexadecimal strings"
            case .digest: "what follows '@' must be 'sha256:' and 64 lower-case hexadecimal digits"
            case .domain(let domain): "'\(domain)' is not a registry's host[:port]"
            case .noName: "it names no repository"
            case .upperCase(let path): "repository name (\(path)) must be lowercase"
            case .path(let path):
                "repository name (\(path)) may have only letters, digits and single '.', '_', '__' or dashes between them"
            case .tag(let tag):
                "tag (\(tag)) must be up to 128 letters, digits, '_', '.' or '-', and begin with none of '.' and '-'"
            case .reserved: "'scratch' is a reserved name"
            }
        return "invalid reference format: '\(text)': \(problem)"
    }
}
