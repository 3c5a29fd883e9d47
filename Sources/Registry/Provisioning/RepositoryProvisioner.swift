import HTTP
import OCI

/// Creates what registries require before the first push: Harbor projects and ECR repositories. Other registries create
/// repositories automatically.
package struct RepositoryProvisioner: Sendable {
    private let client: RegistryClient
    private let aws: AWSCredentials

    /// - Parameters:
    ///   - client: Provides the credentials for Harbor.
    ///   - aws: Provides the key for ECR.
    package init(client: RegistryClient, aws: AWSCredentials) {
        self.client = client
        self.aws = aws
    }

    /// Creates the projects of `repositories`, deduplicated and in order. Failures are part of the report.
    ///
    /// - Returns: A report for each registry, in the order of the repositories.
    /// - Throws: `CancellationError`.
    package func make(for repositories: [Repository]) async throws -> [ProvisioningReport] {
        var domains: [String] = []
        for repository in repositories where !domains.contains(repository.domain) { domains.append(repository.domain) }
        var reports: [ProvisioningReport] = []
        for domain in domains {
            reports.append(try await make(in: domain, for: repositories.filter { $0.domain == domain }))
        }
        return reports
    }

    private func make(in domain: String, for repositories: [Repository]) async throws -> ProvisioningReport {
        if let registry = ECRRegistry(domain) { return try await make(in: registry, domain, for: repositories) }
        do {
            let endpoint = try await client.session(for: domain).endpoint()
            var harbor = HarborProjects(http: client.http, endpoint: endpoint, settings: client.settings)
            // If the registry is not Harbor, a failure of this request is no problem.
            harbor.settings.retryPolicy.duration = min(client.settings.retryPolicy.duration, .seconds(30))
            guard try await harbor.isHarbor() else { return ProvisioningReport(domain, .other) }
            harbor.settings = client.settings
            return try await make(in: harbor, domain, for: repositories)
        } catch let error as RegistryError {
            return ProvisioningReport(domain, .unknown(cause: error.description))
        }
    }

    private func make(
        in harbor: HarborProjects,
        _ domain: String,
        for repositories: [Repository]
    ) async throws -> ProvisioningReport {
        try await report(domain, .harbor, repositories.map(HarborProjects.name)) { name in
            let logins = client.settings.logins
            let login = try await logins.login(for: Repository(domain: domain, path: name))
            let note = CredentialDiagnostics(login, wanted: .password, domain: domain, logins: logins)
            var authorization: String?
            if case .basic(let user, let password) = login?.credential {
                authorization = Credential.basicHeader(user: user, password: password)
            }
            return try await harbor.make(name, authorization: authorization, note)
        }
    }

    private func make(
        in registry: ECRRegistry,
        _ domain: String,
        for repositories: [Repository]
    ) async throws -> ProvisioningReport {
        try await report(domain, .ecr, repositories.map(\.path)) { name in
            guard let key = aws.key else {
                throw RegistryError(
                    .unauthorized,
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; give those of a user who may"
                        + " ecr:CreateRepository"
                )
            }
            return try await make(name, in: registry, domain, with: key)
        }
    }

    /// - Returns: Whether the repository was created; `false` if it existed.
    private func make(
        _ name: String,
        in registry: ECRRegistry,
        _ domain: String,
        with key: AWSCredentials.Key
    ) async throws -> Bool {
        let request = try registry.request(toMake: name, with: key, at: aws.endpoint)
        let answer: HTTPResponse
        do {
            answer = try await client.settings.run(.administration, to: domain) {
                var answer = try await client.http.collect(request, limit: 1 << 20)
                // The API reports too many requests with 400.
                if answer.head.status == 400, ECRRegistry.Refusal(answer).isPassing { answer.head.status = 429 }
                return answer
            }
        } catch let error as HTTPError {
            throw RegistryError(error, asking: "the making of the repository \(name)")
        }
        guard answer.head.status != 200 else { return true }
        let refusal = ECRRegistry.Refusal(answer)
        guard !refusal.isOfExistingRepository else { return false }
        let isOfKey = refusal.isOfKey || [401, 403].contains(answer.head.status)
        let advice = isOfKey ? "; it was asked with the key \(key.id), whose owner needs ecr:CreateRepository" : ""
        throw RegistryError(
            isOfKey ? .denied : .refused,
            "the API of ECR answered \(answer.head.status) to the making of the repository \(name): \(refusal.text)\(advice)",
            status: answer.head.status
        )
    }

    /// Creates projects one after another, deduplicated. A missing permission applies to the next project too.
    private func report(
        _ domain: String,
        _ kind: ProvisioningReport.Kind,
        _ names: [String],
        _ make: (String) async throws -> Bool
    ) async throws -> ProvisioningReport {
        var report = ProvisioningReport(domain, kind)
        var seen: Set<String> = []
        var left = names.filter { seen.insert($0).inserted }[...]
        while let name = left.first {
            do {
                if try await make(name) { report.made.append(name) }
            } catch let error as RegistryError {
                let ends = ![.refused, .notFound].contains(error.code)
                report.failures.append((ends ? Array(left) : [name], error.description))
                if ends { break }
            }
            left.removeFirst()
        }
        return report
    }
}

/// The projects created in one registry before the first push.
package struct ProvisioningReport: Sendable {
    /// The kind of registry.
    package enum Kind: Sendable, Hashable {
        /// Has projects.
        case harbor
        /// Has repositories that its API creates.
        case ecr
        /// Creates repositories automatically.
        case other
        /// Did not answer.
        case unknown(cause: String)
    }

    /// The registry in a reference.
    package let domain: String
    package let kind: Kind
    /// The created projects or repositories, in order; existing ones are omitted.
    package internal(set) var made: [String] = []
    /// The projects or repositories that could not be created.
    package internal(set) var failures: [(names: [String], cause: String)] = []

    init(_ domain: String, _ kind: Kind) {
        self.domain = domain
        self.kind = kind
    }
}
