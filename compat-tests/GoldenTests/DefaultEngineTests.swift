import GoldenSuite
import OCI
import TestSupport
import Testing

/// The recordings of the PowerShell scripts with the default engine of a `.ps1` call, against registries with the
/// recorded names: exit status, files and the script's own lines are equal.
@Suite(.timeLimit(.minutes(5))) struct DefaultEngineTests {
    private static let suite = Result { try Suite() }
    private static let recordings = (try? suite.get().recordings().filter(\.isPowerShell)) ?? []
    private static let cases = (try? recordings.map { try DefaultEngineCase($0, suite.get()) }) ?? []
    /// The registries that the recordings name.
    private static let hosts = ["registry-1.docker.io", "registry.example.com", "harbor.example.com"]

    @Test func allRecordingsOfPowerShellAreRun() throws {
        #expect(Self.recordings.count == 50)
        for recording in Self.recordings { _ = try DefaultEngineCase(recording, Self.suite.get()) }
        #expect(Self.cases.count == 50)
    }

    @Test(.enabled(if: Machine.hasNginx, "needs nginx and openssl"), arguments: cases)
    func doesAsTheScriptDoes(_ example: DefaultEngineCase) async throws {
        let registries = try NamedRegistries(Self.hosts)
        defer { registries.stop() }
        for image in example.pulled { try registries.registry.add(image) }
        if example.hasLostBlobs {
            registries.registry.add(FakeFault(.error(404, "BLOB_UNKNOWN"), target: "/blobs/", times: .max))
        }
        for target in example.refused {
            let path = try Reference(target).path
            registries.registry.add(FakeFault(.error(403, "DENIED"), target: "/v2/\(path)/", times: .max))
        }

        let suite = try Self.suite.get()
        let directory = try CaseDirectory(example.recording, fakeCommand: suite.fakeCommand, files: example.archive)
        let executable = suite.executable(for: example.recording)
        let ours = try await directory.runOurs(executable, variables: registries.environment).withShortUsage

        let differences = example.expected.differences(from: ours, names: ("script", "executable"))
        #expect(differences.isEmpty, "\n\(differences.joined(separator: "\n"))\nstandard error:\n\(ours.stderr)")
        #expect(registries.asked == example.asked)
        #expect(ours.stderr.contains(", \(example.failures) failed") == (example.failures > 0), "\(ours.stderr)")
        // Differences in what is read from lists and flags are reported with the same messages by both engines.
        if ["D2", "D3", "D16"].contains(example.recording.differs) { #expect(ours.stderr == example.expected.stderr) }

        let arrived = try registries.registry.repositories.filter { path in
            try !example.pulled.contains { try Reference($0.name).path == path }
        }
        #expect(arrived == (try example.pushed.keys.map { try Reference($0).path }.sorted()))
        for (target, image) in example.pushed {
            let reference = try Reference(target)
            let manifest = registries.registry.manifest(reference.path, reference.tag ?? "latest")
            #expect(manifest?.bytes == image.manifest, "\(target)")
        }
    }
}

extension FakeRegistry {
    /// Puts an image into the repository of its name, without the registry.
    fileprivate func add(_ image: SyntheticImage) throws {
        let reference = try Reference(image.name)
        for blob in image.layers + [image.configuration] { addBlob(blob, repository: reference.path) }
        addManifest(image.manifest, mediaType: .ociManifest, repository: reference.path, tag: reference.tag)
    }
}
