import FoundationEssentials
import OCI
import Tar
import TestSupport
import Testing

/// Small files that unpack to large ones. The executable has little memory, and refuses each file with an error.
@Suite(.timeLimit(.minutes(5))) struct BombTests {
    private let directory: TemporaryDirectory
    private let registry: FakeRegistry

    init() throws {
        directory = try TemporaryDirectory()
        registry = try FakeRegistry()
    }

    /// Loads `archive` with an address space of 2.5 GiB.
    ///
    /// - Returns: the text on standard error.
    private func load() throws -> String {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let executable = URL(filePath: program).deletingLastPathComponent().path + "/rancher-load-images"
        try directory.write("bomb:1\nsound:1\n", to: "list.txt")
        try directory.shell(
            """
            mkdir temporary && export TMPDIR=$PWD/temporary RANCHER_IMAGES_ENGINE=registry
            ulimit -v 2621440
            '\(executable)' -l list.txt -i archive -s a.b -r \(registry.authority) 2>errors || echo status $? >>errors
            test -z "$(ls temporary)"
            """
        )
        return try directory.text("errors")
    }

    /// Returns commands whose output unpacks to `times` times 64 MiB of `byte`.
    private static func bomb(_ tool: String, byte: String, times: Int) -> String {
        """
        head -c 67108864 /dev/zero | tr '\\0' '\(byte)' | \(tool) >piece
        for time in $(seq \(times)); do cat piece; done
        """
    }

    struct Bomb: Sendable {
        let tool: String
        var byte = " "
    }

    // Of real size. `BoundedDecompressorTests` has each format with a small limit.
    // Zeros are the end of a tar and so a valid layer, which is compressed again; other bytes are copied unchanged.
    static let bombs = [
        Bomb(tool: "gzip"), Bomb(tool: "zstd -q", byte: "\\0"),
    ]

    @Test("an archive whose one entry does not end", arguments: bombs)
    func anArchive(bomb: Bomb) throws {
        try directory.write(try TarHeader(name: "manifest.json", size: 1 << 33).encoded(), to: "header")
        try directory.shell("{ \(bomb.tool) <header; \(Self.bomb(bomb.tool, byte: bomb.byte, times: 40)); } >archive")
        let errors = try load()
        #expect(errors.contains("bytes of it unpack to more than"), "\(errors)")
        #expect(errors.hasSuffix("status 1\n"))
        #expect(registry.requests.allSatisfy { $0.method != "PUT" })
    }

    @Test("a layer that does not end, in a sound archive")
    func aLayer() throws {
        let images = try ["bomb", "sound"].map { try SyntheticImage("a.b/\($0):1", layers: ["base", $0]) }
        var tar = SyntheticImage.archive(images)
        tar[images[0].layerNames[1]] = try directory.shell(Self.bomb("zstd -q", byte: "\\0", times: 40))
        try directory.write(try tar.bytes(), to: "archive")
        let errors = try load()
        #expect(errors.contains("bomb:1: its \(images[0].layerNames[1]) cannot be used: "), "\(errors)")
        #expect(errors.contains("bytes of it unpack to more than"))
        #expect(errors.hasSuffix("1 of 2 images loaded, 1 failed\n"))
        #expect(registry.repositories == ["rancher/sound"])
    }

    @Test func aManifestOfAGigabyte() throws {
        let file = try TarHeader(name: "manifest.json", size: 1 << 30).encoded()
        try directory.write(file, to: "archive")
        try directory.shell("truncate -s \(512 + (1 << 30)) archive && head -c 1024 /dev/zero >>archive")
        let errors = try load()
        #expect(errors.contains("archive: its manifest.json has 1073741824 bytes, more than it may have"), "\(errors)")
        #expect(errors.hasSuffix("status 1\n"), "\(errors)")
        #expect(registry.requests.allSatisfy { $0.method != "PUT" })
    }

    @Test(
        "the most values that 20 MiB can hold",
        arguments: [
            ("[],", "archive: its manifest.json"), ("0,", "archive: its manifest.json"),
            ("{},", "archive: its manifest.json"),
            // Texts are valid names of layers, so the config is the first that is missing.
            (#""","#, "archive: it has no x"),
        ]
    )
    func aManifestOfManyValues(value: String, message: String) throws {
        let values = String(repeating: value, count: ((20 << 20) - 100) / value.utf8.count).dropLast()
        let manifest = #"[{"Config":"x","RepoTags":[],"Layers":[\#(values)]}]"#
        try directory.write(try SyntheticTar([SyntheticTar.Entry("manifest.json", manifest)]).bytes(), to: "archive")
        let errors = try load()
        #expect(errors.contains(message), "\(errors)")
        #expect(errors.hasSuffix("status 1\n"), "\(errors)")
        #expect(registry.requests.allSatisfy { $0.method != "PUT" })
    }
}
