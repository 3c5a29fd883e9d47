// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

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
        swiftSettings: settings
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
            targets: ["ByteIO", "Compression", "DockerArchive", "HTTP", "ImageModel", "Registry", "Tar"]
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
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CBuild"),

        // The layers, lowest first.
        layer("Basics"),
        layer("ImageModel", ["Basics"]),
        layer("ByteIO", ["Basics", "CLinux"]),
        layer("ChildProcess", ["Basics", "ByteIO", "CSpawn"]),
        layer("Hashing", ["ImageModel", "CCrypto"]),
        layer("Tar", ["Basics", "ByteIO"]),
        layer("Compression", ["ByteIO", "CZlib", "CLibdeflate", "CLZMA", "CBZip2", "CZstd"]),
        layer("HTTP", ["Basics", "ByteIO", "CCurl"]),
        layer("DockerArchive", ["Basics", "ByteIO", "ImageModel", "Hashing", "Tar", "Compression"]),
        layer(
            "HelmChart",
            ["Basics", "ByteIO", "ImageModel", "Hashing", "Tar", "Compression", "DockerArchive", "CYAML"]
        ),
        layer(
            "GraphDriverArchive",
            ["Basics", "ByteIO", "ImageModel", "Hashing", "Tar", "Compression", "DockerArchive"]
        ),
        layer("Registry", ["Basics", "ByteIO", "ImageModel", "Hashing", "HTTP"]),
        layer("ImageEngine", ["Basics", "ByteIO", "ImageModel"]),
        layer("ScriptInterface", ["Basics", "ByteIO", "ImageModel", "ImageEngine"]),
        // The texts that are made from the table of flags. Nothing of it is in the program.
        layer("Manuals", ["ScriptInterface"]),
        layer(
            "DockerEngine",
            ["Basics", "ByteIO", "ChildProcess", "Compression", "Tar", "ImageModel", "DockerArchive", "ImageEngine"]
        ),
        layer(
            "RegistryEngine",
            [
                "Basics", "ByteIO", "ImageModel", "Hashing", "DockerArchive", "GraphDriverArchive", "HelmChart",
                "Registry", "ImageEngine",
            ]
        ),
        layer(
            "Commands",
            [
                "Basics", "ByteIO", "ChildProcess", "HTTP", "DockerArchive", "GraphDriverArchive", "Registry",
                "ImageEngine",
                "ScriptInterface", "DockerEngine", "RegistryEngine", "ImageModel", "Compression", "Hashing",
                "HelmChart",
                "CBuild",
            ]
        ),

        // The executables.
        .executableTarget(
            name: "rancher-save-images",
            dependencies: ["Commands", "ScriptInterface"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "rancher-load-images",
            dependencies: ["Commands", "ScriptInterface"],
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
            dependencies: ["ByteIO", "ImageModel", "Hashing", "Tar"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "SampleImages",
            dependencies: ["ByteIO", "ImageModel", "Hashing", "HTTP", "Registry"],
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
            dependencies: ["ChildProcess", "TestSupport"],
            path: "Tests/DrawPictures",
            swiftSettings: settings
        ),
        tests("BasicsTests", ["Basics"]),
        tests("ImageModelTests", ["ImageModel"]),
        tests("ChildProcessTests", ["ChildProcess", "ByteIO"]),
        tests("TarTests", ["Tar", "ByteIO"]),
        tests("CompressionTests", ["Compression", "ByteIO"]),
        tests("HTTPTests", ["HTTP", "Hashing", "ImageModel"]),
        tests("ImageEngineTests", ["ImageEngine", "ImageModel"]),
        tests("ScriptInterfaceTests", ["ScriptInterface", "Basics", "ByteIO", "ImageEngine", "ImageModel"]),
        tests("ManualsTests", ["Manuals", "ScriptInterface"]),
        tests("HashingTests", ["Hashing", "ImageModel"]),
        tests("DockerArchiveTests", ["DockerArchive", "ByteIO", "Compression", "Hashing", "ImageModel", "Tar"]),
        tests("HelmChartTests", ["HelmChart", "ByteIO", "Hashing", "ImageModel"]),
        tests(
            "GraphDriverArchiveTests",
            ["GraphDriverArchive", "ByteIO", "Compression", "DockerArchive", "Hashing", "ImageModel", "Tar"]
        ),
        tests("RegistryTests", ["Registry", "ByteIO", "HTTP", "Hashing", "ImageModel"]),
        tests(
            "RegistryEngineTests",
            [
                "RegistryEngine", "ByteIO", "DockerArchive", "GraphDriverArchive", "HTTP", "Hashing", "ImageEngine",
                "ImageModel", "Registry", "SampleImages",
            ]
        ),
        tests(
            "DockerEngineTests",
            ["DockerEngine", "Basics", "ByteIO", "ChildProcess", "ImageModel", "DockerArchive", "ImageEngine"]
        ),
        tests(
            "DockerIntegrationTests",
            ["ChildProcess", "GoldenSuite", "SampleImages", "rancher-save-images", "rancher-load-images"]
        ),
        tests(
            "CommandsTests",
            [
                "Commands", "ByteIO", "ChildProcess", "GoldenSuite", "Hashing", "ImageEngine", "ImageModel", "Registry",
                "SampleImages",
                "ScriptInterface", "Tar",
                "rancher-load-images", "rancher-save-images",
            ]
        ),
        tests("ArchitectureTests", []),

        // The golden suite: recordings of the official scripts, and what stands in for docker and helm.
        .target(name: "CaseFormat", path: "compat-tests/CaseFormat", swiftSettings: settings),
        .executableTarget(
            name: "stand-in",
            dependencies: ["CaseFormat"],
            path: "compat-tests/StandIn",
            swiftSettings: settings
        ),
        .target(
            name: "GoldenSuite",
            dependencies: [
                "ByteIO", "CaseFormat", "ChildProcess", "Compression", "Hashing", "ImageModel", "SampleImages",
                "ScriptInterface", "Tar", "TestSupport",
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
                "CaseFormat", "ChildProcess", "GoldenSuite", "Hashing", "ImageModel", "TestSupport", "compare-official",
                "stand-in", "rancher-load-images", "rancher-save-images",
            ],
            path: "compat-tests/GoldenTests",
            swiftSettings: settings
        ),
        tests("ByteIOTests", ["ByteIO"]),
    ]
)
