import CommandLine
import OCI
import TestSupport
import Testing

/// A save and a load with each registry product that differs from distribution.
@Suite(.timeLimit(.minutes(5))) struct RegistryProductTests {
    private static let list = ["rancher/x:v1", "rancher/y:v1"]
    private static let shared = Array("a layer of both".utf8)

    /// A registry product with the images of the list.
    private static func registry(
        _ product: FakeProduct,
        _ change: (inout FakeSwitches) -> Void = { _ in }
    ) throws -> FakeRegistry {
        var switches = product.switches
        change(&switches)
        let registry = try FakeRegistry(switches)
        for name in ["rancher/x", "rancher/y"] {
            registry.addImage(
                repository: product.namePrefix + name,
                tag: "v1",
                configuration: Array(#"{"os":"linux","architecture":"amd64","comment":"\#(name)"}"#.utf8),
                layers: [shared, Array("the layer of \(name)".utf8)]
            )
        }
        return registry
    }

    private static func bench(_ product: FakeProduct, _ registries: [FakeRegistry]) throws -> Bench {
        let bench = try Bench()
        let logins = registries.map { #""\#($0.authority)":{\#(product.login)}"# }
        try bench.directory.write(#"{"auths":{\#(logins.joined(separator: ","))}}"#, to: "config.json")
        return bench
    }

    /// The value of `--registry`, with the prefix of the product's repositories.
    private static func name(_ registry: FakeRegistry, _ product: FakeProduct, _ directory: String = "") -> String {
        let parts = (registry.authority + "/" + product.namePrefix + directory)
        return parts.hasSuffix("/") ? String(parts.dropLast()) : parts
    }

    @Test(arguments: FakeProduct.all)
    func aSaveAndALoad(_ product: FakeProduct) async throws {
        let source = try Self.registry(product)
        defer { source.stop() }
        let target = try Self.registry(product)
        defer { target.stop() }
        let bench = try Self.bench(product, [source, target])
        let environment = ["DOCKER_CONFIG": bench.directory.path]
        let saved = try await bench.save(
            Self.list,
            from: Self.name(source, product),
            ["--strict"],
            environment: environment
        )
        #expect(saved.status == 0, "\(saved.errors)")
        for _ in 0..<2 {
            let loaded = try await bench.load(
                source: Self.name(source, product),
                target: Self.name(target, product, "mirror"),
                ["--strict"],
                environment: environment
            )
            #expect(loaded.status == 0, "\(loaded.errors)")
        }
        for image in ["rancher/x", "rancher/y"] {
            let there = source.manifest(product.namePrefix + image, "v1")
            #expect(target.manifest("\(product.namePrefix)mirror/\(image)", "v1") == there)
        }
        for request in source.storageRequests + target.storageRequests {
            #expect(request.headers["Authorization"] == nil)
        }
        #expect(source.storageRequests.isEmpty != product.switches.redirectsBlobs)
    }

    struct Refusal: Sendable, CustomStringConvertible {
        let product: FakeProduct
        /// Changes of the target's configuration.
        let change: @Sendable (inout FakeSwitches) -> Void
        let description: String

        init(_ product: FakeProduct, _ words: String, _ change: @escaping @Sendable (inout FakeSwitches) -> Void) {
            self.product = product
            self.change = change
            description = words
        }
    }

    @Test(
        "what only some registries refuse a push for",
        arguments: [
            Refusal(.harbor, "make the project mirror in Harbor, or give --create-projects") {
                $0.peculiarities.projects = .harbor(projects: ["rancher"], mayMake: true)
            },
            Refusal(
                .harbor,
                "'mirror/rancher/x:v1' configured as immutable.; the tag is there with another content (sha256:44136fa355b3"
            ) {
                $0.peculiarities.tagsAreImmutable = true
            },
            Refusal(.gitLab, "denied: access forbidden") { $0.peculiarities.projects = .gitLab(groups: ["rancher"]) },
            Refusal(.ecr, "The repository with name 'mirror/rancher/x' does not exist in the registry") {
                $0.peculiarities.projects = .ecr(repositories: [])
            },
        ]
    )
    func refusals(_ refusal: Refusal) async throws {
        let product = refusal.product
        let source = try Self.registry(product)
        defer { source.stop() }
        let target = try Self.registry(product, refusal.change)
        defer { target.stop() }
        target.addManifest(
            Array("{}".utf8),
            mediaType: .dockerManifest,
            repository: "mirror/rancher/x",
            tag: "v1"
        )
        let bench = try Self.bench(product, [source, target])
        let environment = ["DOCKER_CONFIG": bench.directory.path]
        _ = try await bench.save(Self.list, from: source.authority, environment: environment)
        let loaded = try await bench.load(
            source: source.authority,
            target: target.authority + "/mirror",
            environment: environment
        )
        let sentence = loaded.errors.split(separator: "\n").first { $0.contains("rancher/x:v1: ") }
        #expect(sentence?.contains(refusal.description) == true, "\(loaded.errors)")
    }

    @Test func existingImagesCanHaveImmutableTags() async throws {
        let product = FakeProduct.harbor
        let source = try Self.registry(product)
        defer { source.stop() }
        let target = try Self.registry(product) { $0.peculiarities.tagsAreImmutable = true }
        defer { target.stop() }
        let bench = try Self.bench(product, [source, target])
        let environment = ["DOCKER_CONFIG": bench.directory.path]
        _ = try await bench.save(Self.list, from: source.authority, environment: environment)
        for number in 1...2 {
            let loaded = try await bench.load(
                source: source.authority,
                target: target.authority + "/mirror",
                ["--strict"],
                environment: environment
            )
            #expect(loaded.status == 0, "\(loaded.errors)")
            #expect(
                loaded.errors.contains("the registry's tags are immutable; 2 images were there already")
                    == (number == 2)
            )
        }
    }

    @Test func theRateLimitOfDockerHubIsAnError() async throws {
        let product = FakeProduct.dockerHub
        let source = try Self.registry(product) { $0.peculiarities.pullsLeft = 1 }
        defer { source.stop() }
        let bench = try Self.bench(product, [source])
        let saved = try await bench.save(
            Self.list,
            from: source.authority,
            ["--jobs", "1", "--patience", "10m"],
            environment: ["DOCKER_CONFIG": bench.directory.path]
        )
        #expect(saved.errors.contains("1 of 2 images saved, 1 failed"))
        #expect(
            saved.errors.contains(
                "answered 429 to the manifest v1 of \(source.authority)/rancher/"
            )
        )
        #expect(saved.errors.contains("toomanyrequests: You have reached your unauthenticated pull rate limit"))
        #expect(saved.errors.contains("try again later, or log in: 'docker login \(source.authority)'"))
    }

    @Test func theRateLimitOfQuayIsRetried() async throws {
        let product = FakeProduct.quay
        let source = try Self.registry(product)
        defer { source.stop() }
        let page = LoopbackResponse(status: 429, headers: ["Content-Type": "text/html"], text: "<html>Too Many</html>")
        source.add(FakeFault(.answer(page), target: "/manifests/", times: 2))
        source.add(FakeFault(.answer(page), target: "/v2/auth"))
        let bench = try Self.bench(product, [source])
        let saved = try await bench.save(
            Self.list,
            from: source.authority,
            ["--patience", "30s", "--strict"],
            environment: ["DOCKER_CONFIG": bench.directory.path]
        )
        #expect(saved.status == 0, "\(saved.errors)")
    }
}
