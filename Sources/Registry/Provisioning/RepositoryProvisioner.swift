import HTTP
import OCI

/// Makes what a registry wants to be there before the first push: Harbor's projects, ECR's repositories. Others make repositories
/// themselves.
package struct RepositoryProvisioner: Sendable {
    private let client: RegistryClient
    private let aws: AWSCredentials

    /// - Parameters:
    ///   - client: its logins are for Harbor.
    ///   - aws: its key is for ECR.
    package init(client: RegistryClient, aws: AWSCredentials) {
        self.client = client
        self.aws = aws
    }

    /// Makes what repositories need, each project once, in their order. What fails is in the report.
    ///
    /// - Returns: a report for each registry, in the order of the repositories.
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
            // Where it is none, it is no sign of trouble if the question is not answered as it should be.
            harbor.settings.patience.duration = min(client.settings.patience.duration, .seconds(30))
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

    /// - Returns: whether the repository was made; `false` where it was there.
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
                // Otherwise it is told with 400 that there were too many requests.
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

    /// Makes projects one after the other, each once. Who may not make the one may not make the next either.
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

/// What was made in a registry before the first push into it.
package struct ProvisioningReport: Sendable {
    /// What kind of registry it is.
    package enum Kind: Sendable, Hashable {
        /// It has projects.
        case harbor
        /// It has repositories that are made by its API.
        case ecr
        /// It makes repositories itself.
        case other
        /// It did not answer.
        case unknown(cause: String)
    }

    /// The registry in a reference.
    package let domain: String
    package let kind: Kind
    /// The names of what was made, in order. What was there already is not told.
    package internal(set) var made: [String] = []
    /// What was not made, and why.
    package internal(set) var failures: [(names: [String], cause: String)] = []

    init(_ domain: String, _ kind: Kind) {
        self.domain = domain
        self.kind = kind
    }
}
