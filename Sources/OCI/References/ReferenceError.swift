/// Why a text is no reference.
public struct ReferenceError: Error, Equatable, Sendable {
    /// The rule that is broken.
    package enum Reason: Equatable, Sendable {
        /// There is no text.
        case empty
        /// The repository has more than 255 characters, or the whole more than any reference can have.
        case tooLong
        /// 64 hexadecimal digits, which docker keeps for image IDs.
        case bareIdentifier
        /// What follows `@` is no digest.
        case digest
        /// The part before the first slash is no `host[:port]`.
        case domain(String)
        /// No repository is named.
        case noName
        /// The repository has upper-case letters.
        case upperCase(String)
        /// A component of the repository is empty or has a character that none may have.
        case path(String)
        /// What follows the colon is no tag.
        case tag(String)
        /// `scratch`, which no registry serves.
        case reserved
    }

    /// The text that was read.
    package let text: String
    /// The rule that is broken.
    package let reason: Reason

    init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }
}

extension ReferenceError: CustomStringConvertible {
    /// One sentence: the text, and what is wrong with it. The first words are docker's.
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
