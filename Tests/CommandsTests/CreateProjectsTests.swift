import CommandLine
import FoundationEssentials
import TestSupport
import Testing

/// `--create-projects`, from the command line to the registry.
@Suite(.timeLimit(.minutes(2))) struct CreateProjectsTests {
    private static let list = ["rancher/x:v1", "cattle/y:v1", "rancher/z:v1"]

    /// Returns a bench with an archive of the list.
    private static func bench(_ product: FakeProduct, target: String) async throws -> (Bench, source: String) {
        let source = try FakeRegistry()
        defer { source.stop() }
        for image in list {
            source.addImage(
                repository: String(image.dropLast(":v1".count)),
                tag: "v1",
                configuration: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8),
                layers: [Array("the layer of \(image)".utf8)]
            )
        }
        let bench = try Bench()
        let saved = try await bench.save(list, from: source.authority)
        #expect(saved.status == 0, "\(saved.errors)")
        try bench.directory.write(#"{"auths":{"\#(target)":{\#(product.login)}}}"#, to: "config.json")
        return (bench, source.authority)
    }

    private static func harbor(mayMake: Bool = true) throws -> FakeRegistry {
        var switches = FakeProduct.harbor.switches
        switches.peculiarities.projects = .harbor(projects: [], mayMake: mayMake)
        return try FakeRegistry(switches)
    }

    @Test func harborProjectsAreCreated() async throws {
        let target = try Self.harbor()
        defer { target.stop() }
        let (bench, source) = try await Self.bench(.harbor, target: target.authority)
        let environment = ["DOCKER_CONFIG": bench.directory.path]
        let without = try await bench.load(source: source, target: target.authority, environment: environment)
        #expect(without.status == 1)
        #expect(without.errors.contains("make the project cattle in Harbor, or give --create-projects"))
        #expect(!without.errors.contains("docker login"), "the login is good: \(without.errors)")

        let loaded = try await bench.load(
            source: source,
            target: target.authority,
            ["--create-projects", "--strict"],
            environment: environment
        )
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.errors.contains("made the projects rancher, cattle in \(target.authority), private\n"))
        let again = try await Self.output(of: bench, source, target.authority, environment)
        #expect(loaded.output == again)
        #expect(target.switches.peculiarities.projects == .harbor(projects: ["rancher", "cattle"], mayMake: true))
    }

    /// Returns the output of a load that creates nothing.
    private static func output(
        of bench: Bench,
        _ source: String,
        _ target: String,
        _ environment: [String: String]
    ) async throws -> String {
        let again = try await bench.load(
            source: source,
            target: target,
            environment: environment.merging(["RANCHER_IMAGES_CREATE_PROJECTS": "1"]) { $1 }
        )
        #expect(again.errors.contains("\(target) has all it needs, nothing is made\n"))
        return again.output.replacing("Layer already exists", with: "Pushed")
    }

    @Test func missingPermissionIsReportedOnce() async throws {
        let target = try Self.harbor(mayMake: false)
        defer { target.stop() }
        let (bench, source) = try await Self.bench(.harbor, target: target.authority)
        let loaded = try await bench.load(
            source: source,
            target: target.authority,
            ["--create-projects"],
            environment: ["DOCKER_CONFIG": bench.directory.path]
        )
        #expect(loaded.status == 1)
        let reported = loaded.errors.split(separator: "\n").filter { $0.contains("could not be made") }
        #expect(reported.count == 1)
        #expect(
            reported.first?.contains("the projects rancher, cattle could not be made: ") == true,
            "\(loaded.errors)"
        )
        #expect(reported.first?.contains("it got the login of user me from ") == true)
    }

    @Test func otherRegistriesCreateTheirRepositories() async throws {
        let target = try FakeRegistry()
        defer { target.stop() }
        let (bench, source) = try await Self.bench(.quay, target: target.authority)
        let loaded = try await bench.load(source: source, target: target.authority, ["--create-projects", "--strict"])
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.errors.contains("\(target.authority) is neither Harbor nor ECR: "))
    }

    @Test(.enabled(if: Machine.hasNginx, "nginx is not installed"))
    func repositoriesOfECRAreCreated() async throws {
        let host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
        let registries = try NamedRegistries([host])
        defer { registries.stop() }
        let registry = registries.registry
        registry.switches = FakeProduct.ecr.switches
        registry.switches.location = .relative
        registry.switches.peculiarities.projects = .ecr(repositories: [])
        let api = try LoopbackServer { request in
            struct Input: Decodable { var repositoryName: String }
            let isSigned = SignedRequest.isSigned(
                request,
                keyID: "AKID",
                secret: "s3cret",
                region: "eu-central-1",
                service: "ecr"
            )
            guard isSigned, let input = try? JSONDecoder().decode(Input.self, from: Data(request.body)),
                case .ecr(let there) = registry.switches.peculiarities.projects
            else { return LoopbackResponse(status: 403) }
            registry.switches.peculiarities.projects = .ecr(repositories: there.union([input.repositoryName]))
            return LoopbackResponse(text: "{}")
        }
        defer { api.stop() }
        let (bench, source) = try await Self.bench(.ecr, target: host)
        let environment = registries.environment.merging([
            "DOCKER_CONFIG": bench.directory.path, "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s3cret",
            "AWS_ENDPOINT_URL_ECR": api.url,
        ]) { $1 }
        let without = try await bench.load(source: source, target: host, environment: environment)
        #expect(without.status == 1)
        let advice = "make the repository with 'aws ecr create-repository --repository-name cattle/y', or give"
        #expect(without.errors.contains("\(advice) --create-projects"), "\(without.errors)")

        let loaded = try await bench.load(
            source: source,
            target: host,
            ["--create-projects", "--strict"],
            environment: environment
        )
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.errors.contains("made the repositories rancher/x, cattle/y, rancher/z in \(host)\n"))
        #expect(api.requests.count == 3)
        #expect(!loaded.errors.contains("s3cret"))
    }
}
