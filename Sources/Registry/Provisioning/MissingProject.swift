import OCI

/// A project or repository that must be created before the first push, reported missing by a registry.
///
/// This is the most common cause of failed pushes, because most registries create repositories automatically.
struct MissingProject: Sendable, Equatable {
    private enum Kind {
        case harbor
        case ecr
    }

    private let kind: Kind
    private let name: String

    /// - Parameters:
    ///   - code: The first error code of the body.
    ///   - text: The text of the body.
    ///   - repository: The repository of the request.
    /// - Returns: `nil` if the response has another cause.
    init?(code: String, text: String, in repository: Repository) {
        let project = HarborProjects.name(of: repository)
        // Harbor reports this with 401 for any credentials (middleware v2auth), or with 404.
        if text.contains("project \(project) not found") {
            self.init(kind: .harbor, name: project)
        } else if code == "NAME_UNKNOWN", ECRRegistry(repository.domain) != nil {
            self.init(kind: .ecr, name: repository.path)
        } else {
            return nil
        }
    }

    private init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    /// The advice that follows the registry's reason.
    var advice: String {
        switch kind {
        case .harbor: "; make the project \(name) in Harbor, or give --create-projects"
        case .ecr:
            "; make the repository with 'aws ecr create-repository --repository-name \(name)', or give --create-projects"
        }
    }
}
