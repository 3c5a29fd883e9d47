import Engine
import Registry

extension ProvisioningReport {
    /// The notices of the report: one for each kind of result, not one for each project.
    var notices: [Notice] { sentences.map { Notice(.projects, $0) } }

    private var sentences: [String] {
        let failed = failures.map { names, cause in
            "the \(noun(names)) could not be made: \(cause); what is pushed there fails unless it is there already"
        }
        switch kind {
        case .other:
            return [
                "\(domain) is neither Harbor nor ECR: such registries make repositories themselves, nothing is made"
            ]
        case .unknown(let cause):
            return ["nothing was made in \(domain), which did not show whether it is Harbor: \(cause)"]
        case .harbor, .ecr:
            let reported =
                made.isEmpty ? [] : ["made the \(noun(made)) in \(domain)\(kind == .harbor ? ", private" : "")"]
            return reported.isEmpty && failed.isEmpty
                ? ["\(domain) has all it needs, nothing is made"] : reported + failed
        }
    }

    private func noun(_ names: [String]) -> String {
        let (one, several) = kind == .harbor ? ("project", "projects") : ("repository", "repositories")
        return "\(names.count == 1 ? one : several) \(names.joined(separator: ", "))"
    }
}
