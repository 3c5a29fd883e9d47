import OCI

/// A project or repository that a registry wants to be made before the first push, and that it says is missing.
///
/// It is what pushes fail of most often: most registries make repositories themselves.
struct MissingProject: Sendable, Equatable {
    private enum Kind {
        case harbor
        case ecr
    }

    private let kind: Kind
    private let name: String

    /// - Parameters:
    ///   - code: the first one of the answer's body.
    ///   - text: what the body says.
    ///   - repository: what was asked.
    /// - Returns: `nil` where the answer is about something else.
    init?(code: String, text: String, in repository: Repository) {
        let project = HarborProjects.name(of: repository)
        // Harbor says so with 401, whatever the login (its middleware v2auth), or with 404.
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

    /// What to do about it, to follow the registry's reason.
    var advice: String {
        switch kind {
        case .harbor: "; make the project \(name) in Harbor, or give --create-projects"
        case .ecr:
            "; make the repository with 'aws ecr create-repository --repository-name \(name)', or give --create-projects"
        }
    }
}
