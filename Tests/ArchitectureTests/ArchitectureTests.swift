import FoundationEssentials
import Testing

/// The program follows its own rules.
@Suite(.timeLimit(.minutes(5))) struct ArchitectureTests {
    private let rules: ArchitectureRules
    private let root: String

    init() throws {
        root =
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .path
        let manifest = try Data(contentsOf: URL(filePath: "\(root)/Package.swift"))
        rules = ArchitectureRules(
            manifest: PackageManifest(String(decoding: manifest, as: UTF8.self)),
            sources: try SourceTree(directory: "\(root)/Sources")
        )
    }

    @Test func modulesImportWhatTheManifestNames() { #expect(rules.arrows() == []) }

    @Test func layersNameWhatStandsAboveThem() { #expect(rules.order() == []) }

    @Test func eachCLibraryHasOneOwner() { #expect(rules.owners() == []) }

    @Test func directoriesAndModulesAreTheSame() { #expect(rules.directories() == []) }

    @Test func noFileImportsFoundation() throws {
        #expect(rules.foundation() == [])
        let tests = ArchitectureRules(manifest: rules.manifest, sources: try SourceTree(directory: "\(root)/Tests"))
        #expect(tests.foundation() == [])
    }

    @Test func onlyTheConsoleWrites() { #expect(rules.output() == []) }

    @Test func theManifestIsReadInFull() {
        // Without modules and files, no rule would be violated.
        #expect(rules.manifest.systemLibraries.count >= 6)
        #expect(rules.manifest.layers.count >= 12)
        #expect(
            rules.manifest.executables.map(\.name)
                == ["rancher-save-images", "rancher-load-images", "rancher-images", "make-manuals"]
        )
        #expect(rules.manifest.layers.contains { $0.name == "Registry" && $0.dependencies.contains("HTTP") })
        #expect(rules.sources.files.count > 100)
    }
}
