// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Tests are never optimized: that takes longer than it saves. What they test is, in a release build.
let testSettings = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// A layer of the program. The order of the calls below is the order of the layers: each names only what stands above it.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one layer; `TestSupport` comes with all of them.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies + ["TestSupport"],
        resources: resources,
        swiftSettings: testSettings
    )
}

let package = Package(
    name: "rancher-images",
    products: [
        .executable(name: "rancher-save-images", targets: ["rancher-save-images"]),
        .executable(name: "rancher-load-images", targets: ["rancher-load-images"]),
        // What reads bytes of strangers, for the package in Fuzz.
        .library(
            name: "readers",
            targets: ["SystemIO", "Compression", "ImageArchive", "HTTP", "OCI", "Registry", "Tar"]
        ),
    ],
    targets: [
        // System libraries: a module map and a shim header each.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLibdeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CBZip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CBuild"),

        // The layers, lowest first.
        layer("SystemIO", ["CLinux"]),
        layer("OCI", ["SystemIO", "CCrypto"]),
        layer("Tar", ["SystemIO"]),
        layer("Compression", ["SystemIO", "CZlib", "CLibdeflate", "CLZMA", "CBZip2", "CZstd"]),
        layer("HTTP", ["SystemIO", "CCurl"]),
        layer("ImageArchive", ["SystemIO", "OCI", "Tar", "Compression"]),
        layer("Charts", ["SystemIO", "OCI", "Tar", "Compression", "ImageArchive", "CYAML"]),
        layer("Registry", ["SystemIO", "OCI", "HTTP"]),
        layer("Engine", ["SystemIO", "OCI", "HTTP"]),
        layer("CommandLine", ["SystemIO", "OCI", "Engine"]),
        // The texts that are made from the table of flags. Nothing of it is in the program.
        layer("Manuals", ["CommandLine"]),
        layer("DockerEngine", ["SystemIO", "OCI", "Tar", "Compression", "ImageArchive", "Engine"]),
        layer("RegistryEngine", ["SystemIO", "OCI", "ImageArchive", "Charts", "Registry", "Engine"]),
        layer(
            "Commands",
            [
                "SystemIO", "OCI", "Compression", "HTTP", "ImageArchive", "Charts", "Registry", "Engine",
                "CommandLine", "DockerEngine", "RegistryEngine", "CBuild",
            ]
        ),

        // The executables.
        .executableTarget(
            name: "rancher-save-images",
            dependencies: ["Commands", "CommandLine"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "rancher-load-images",
            dependencies: ["Commands", "CommandLine"],
            swiftSettings: settings
        ),
        // Both in one, which is what packages have: each name is a link to it.
        .executableTarget(name: "rancher-images", dependencies: ["Commands"], swiftSettings: settings),

        // Writes the manuals, the completions and the generated parts of the documents; it is not handed out.
        .executableTarget(
            name: "make-manuals",
            dependencies: ["Manuals"],
            swiftSettings: settings
        ),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: ["SystemIO", "OCI", "Tar"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "SampleImages",
            dependencies: ["SystemIO", "OCI", "HTTP", "Registry"],
            path: "Tests/SampleImages",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "seed-registry",
            dependencies: ["SampleImages"],
            path: "Tests/SeedRegistry",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "draw-pictures",
            dependencies: ["SystemIO", "TestSupport"],
            path: "Tests/DrawPictures",
            swiftSettings: settings
        ),
        tests("OCITests", ["OCI"]),
        tests("TarTests", ["Tar", "SystemIO"]),
        tests("CompressionTests", ["Compression", "SystemIO"]),
        tests("HTTPTests", ["HTTP", "SystemIO", "OCI"]),
        tests("EngineTests", ["Engine", "HTTP", "OCI"]),
        tests("CommandLineTests", ["CommandLine", "SystemIO", "Engine", "OCI"]),
        tests("ManualsTests", ["Manuals", "CommandLine"]),
        tests("ImageArchiveTests", ["ImageArchive", "SystemIO", "Compression", "OCI", "Tar"]),
        tests("ChartsTests", ["Charts", "SystemIO", "OCI"]),
        tests("RegistryTests", ["Registry", "SystemIO", "HTTP", "OCI"]),
        tests(
            "RegistryEngineTests",
            ["RegistryEngine", "SystemIO", "ImageArchive", "HTTP", "OCI", "Engine", "Registry", "SampleImages"]
        ),
        tests(
            "DockerEngineTests",
            ["DockerEngine", "SystemIO", "OCI", "ImageArchive", "Engine"]
        ),
        tests(
            "DockerIntegrationTests",
            ["SystemIO", "GoldenSuite", "SampleImages", "rancher-save-images", "rancher-load-images"]
        ),
        tests(
            "CommandsTests",
            [
                "Commands", "SystemIO", "GoldenSuite", "OCI", "Engine", "Registry", "SampleImages", "CommandLine",
                "Tar", "rancher-load-images", "rancher-save-images",
            ]
        ),
        tests("ArchitectureTests", []),

        // The golden suite: recordings of the official scripts, and fakes of docker and helm.
        .target(name: "CaseFormat", path: "compat-tests/CaseFormat", swiftSettings: settings),
        .executableTarget(
            name: "fake-command",
            dependencies: ["CaseFormat"],
            path: "compat-tests/FakeCommands",
            swiftSettings: settings
        ),
        .target(
            name: "GoldenSuite",
            dependencies: [
                "SystemIO", "CaseFormat", "Compression", "OCI", "SampleImages", "CommandLine", "Tar", "TestSupport",
            ],
            path: "compat-tests/GoldenSuite",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "compare-official",
            dependencies: ["GoldenSuite"],
            path: "compat-tests/CompareOfficial",
            swiftSettings: settings
        ),
        .testTarget(
            name: "GoldenTests",
            dependencies: [
                "CaseFormat", "SystemIO", "GoldenSuite", "OCI", "TestSupport", "compare-official", "fake-command",
                "rancher-load-images", "rancher-save-images",
            ],
            path: "compat-tests/GoldenTests",
            swiftSettings: testSettings
        ),
        tests("SystemIOTests", ["SystemIO"]),
    ]
)
