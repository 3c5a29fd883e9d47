import Registry
import TestSupport
import Testing

@testable import Commands

/// The variables of docker, helm and credential helpers, which write them into a file.
@Suite(.timeLimit(.minutes(2))) struct ChildVariablesTests {
    private static let secrets = [
        "RANCHER_IMAGES_PASSWORD": "our secret", "AWS_SECRET_ACCESS_KEY": "key of AWS",
        "AWS_SESSION_TOKEN": "token of AWS",
    ]
    private static let keys = ["key of AWS", "token of AWS"]

    private let bench: Bench

    init() throws {
        bench = try Bench()
        try bench.directory.write(
            """
            #!/bin/sh
            env >>"${0%/*}/../variables"
            echo '{"ServerURL":"x","Username":"me","Secret":"s"}'
            """,
            to: "script"
        )
        try bench.directory.shell(
            """
            mkdir bin && for name in docker helm docker-credential-keep docker-credential-ecr-login; do
                cp script bin/$name && chmod 755 bin/$name
            done
            """
        )
    }

    private func environment(configuration: String) throws -> [String: String] {
        try bench.directory.write(configuration, to: "config.json")
        return Self.secrets.merging([
            "PATH": "\(bench.path("bin")):/usr/bin:/bin", "DOCKER_CONFIG": bench.directory.path, "KEPT": "kept",
            "AWS_REGION": "eu-central-1", "XDG_RUNTIME_DIR": bench.directory.path,
        ]) { $1 }
    }

    /// - Parameter hasKeys: whether the variables include the keys of AWS.
    private func expectVariables(hasKeys: Bool) throws {
        let variables = try bench.directory.text("variables")
        #expect(variables.contains("KEPT=kept") && variables.contains("AWS_REGION=eu-central-1"))
        #expect(!variables.contains("RANCHER_IMAGES_") && !variables.contains("our secret"))
        for key in Self.keys { #expect(variables.contains(key) == hasKeys, "\(key)") }
    }

    private static let configurations = [
        (#"{"credsStore":"keep"}"#, false),
        (#"{"credHelpers":{"1.dkr.ecr.eu-central-1.amazonaws.com":"ecr-login"}}"#, true),
        ("no JSON", false),
    ]

    @Test(arguments: configurations)
    func ofDockerAndHelm(_ configuration: String, _ hasKeys: Bool) async throws {
        let saved = try await bench.save(
            ["rancher/charts/c:1.0.0"],
            from: "registry.test",
            ["--engine", "docker"],
            environment: try environment(configuration: configuration)
        )
        #expect(saved.output.contains("falling back to helm") || saved.errors.contains("helm"))
        try expectVariables(hasKeys: hasKeys)
    }

    @Test(arguments: [("keep", false), ("ecr-login", true)])
    func ofCredentialHelpers(_ name: String, _ hasKeys: Bool) async throws {
        let helper = CredentialHelperProcess(environment: try environment(configuration: "{}"))
        #expect(try await helper.get("registry.test", from: name).isSuccess)
        try expectVariables(hasKeys: hasKeys)
    }
}
