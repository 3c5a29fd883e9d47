import Testing

/// Each rule reports its violations in a program of three modules.
@Suite(.timeLimit(.minutes(5))) struct ArchitectureRulesTests {
    static let manifest = """
        /// layer("NotALayer") in a comment
        func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {}
        let package = Package(
            targets: [
                .systemLibrary(name: "CThing", pkgConfig: "thing", providers: [.apt(["libthing-dev"])]),
                layer("Low"),
                layer(
                    "High",
                    ["Low", "CThing"]  // , "Ghost"
                ),
                .executableTarget(name: "tool", dependencies: ["High"], swiftSettings: settings),
                .executableTarget(name: "helper", path: "Tests/Helper"),
            ]
        )
        """
    static let files = [
        "Low/A.swift": "import Glibc\n",
        "High/B.swift": "import CThing\n@preconcurrency import Low\n",
        "tool/Main.swift": "import High\n",
    ]

    private static func rules(_ change: [String: String] = [:], manifest: String = manifest) -> ArchitectureRules {
        let all = files.merging(change) { $1 }.filter { !$0.value.isEmpty }
        return ArchitectureRules(
            manifest: PackageManifest(manifest),
            sources: SourceTree(
                files: all.sorted { $0.key < $1.key }
                    .map { path, text in
                        let parts = path.split(separator: "/").map(String.init)
                        return SourceTree.File(module: parts[0], name: parts[1], text: text)
                    }
            )
        )
    }

    @Test func theManifest() {
        let manifest = PackageManifest(Self.manifest)
        #expect(manifest.systemLibraries == ["CThing"])
        #expect(
            manifest.layers == [
                PackageManifest.Module(name: "Low", dependencies: []),
                PackageManifest.Module(name: "High", dependencies: ["Low", "CThing"]),
            ]
        )
        #expect(manifest.executables == [PackageManifest.Module(name: "tool", dependencies: ["High"])])
    }

    @Test(
        arguments: [
            ("import A", ["A"]), ("@testable import A", ["A"]), ("public import A", ["A"]),
            ("import struct A.B", ["A"]),
            ("  import A  // because", ["A"]), ("// import A", []), ("let text = \"import A\"", []),
            ("// x\nimport A\nimport B", ["A", "B"]),
            ("/// We import A here", []),
        ]
    )
    func imports(text: String, modules: [String]) {
        #expect(SourceTree.File(module: "M", name: "F.swift", text: text).imports == modules)
    }

    @Test func programWithoutViolations() {
        let rules = Self.rules()
        #expect(
            rules.arrows() + rules.order() + rules.owners() + rules.directories() + rules.foundation() + rules.output()
                == []
        )
    }

    @Test func arrows() {
        #expect(
            Self.rules(["Low/A.swift": "import High"]).arrows()
                == ["Low imports High, which its entry in Package.swift does not name"]
        )
        #expect(
            Self.rules(["High/B.swift": "import CThing"]).arrows()
                == ["High does not import Low, which its entry in Package.swift names"]
        )
        #expect(Self.rules(["tool/Main.swift": "import High\nimport Low"]).arrows().count == 1)
    }

    @Test func order() {
        let manifest = #"layer("High", ["Low"]), layer("Low")"#
        #expect(
            Self.rules(manifest: manifest).order() == ["High names Low, which does not stand above it in Package.swift"]
        )
    }

    @Test func owners() {
        #expect(
            Self.rules(["Low/A.swift": "import CThing"]).owners()
                == [#"CThing is imported by 2 modules: ["High", "Low"]"#]
        )
        #expect(Self.rules(["High/B.swift": "import Low"]).owners() == ["CThing is imported by 0 modules: []"])
    }

    @Test func directories() {
        #expect(Self.rules(["Extra/C.swift": "\n"]).directories() == ["Sources/Extra is not in Package.swift"])
        #expect(Self.rules(["Low/A.swift": ""]).directories() == ["Low of Package.swift has no files"])
    }

    @Test func foundation() {
        #expect(Self.rules(["Low/A.swift": "import Foundation"]).foundation() == ["Low/A.swift imports Foundation"])
        #expect(Self.rules(["Low/A.swift": "import FoundationEssentials"]).foundation() == [])
    }

    @Test(
        arguments: [
            ("print(1)", true), ("console.print(1)", false), ("Swift.print(1)", true),
            ("func print(_ line: String) {}", false),
            ("let x = 1; print(x)", true), ("// print(1)", false), ("let a = \"print(1)\"", false),
            ("sprint(1)", false),
            ("fputs(a, stderr)", true), ("let file = stdout", true), ("File(owning: STDOUT_FILENO)", true),
            ("f(print: 1)", false),
            ("dump(x)", true), ("perror(nil)", true),
        ]
    )
    func output(line: String, isBroken: Bool) {
        #expect(Self.rules(["Low/A.swift": line]).output().isEmpty != isBroken)
    }
}
