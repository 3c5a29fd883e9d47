import CommandLine
import Glibc
import TestSupport
import Testing

/// Files that `--repair` refuses and does not change.
@Suite(.timeLimit(.minutes(5))) struct RepairRefusalTests {
    private let bench: Bench
    private let source: FakeRegistry
    private let list = (0..<5).map { "apps/tool\($0):2.\($0)" }

    private var archive: String { bench.path("images.tar.gz") }

    init() throws {
        bench = try Bench()
        source = try FakeRegistry()
        for (number, name) in list.enumerated() {
            let image = try SyntheticImage(
                name,
                layers: [String(repeating: "layer \(number) of \(name)\n", count: 3000)]
            )
            source.addImage(
                repository: "apps/tool\(number)",
                tag: "2.\(number)",
                configuration: image.configuration,
                layers: image.layers
            )
        }
    }

    /// The state that a repair must not change: the content, and the modification time.
    private func state(_ name: String = "images.tar.gz") throws -> String {
        let command =
            "find . -name '\(name)*' -exec stat -c '%n %s %Y %y %i %h' {} + | sort; cat \(name)* 2>/dev/null | sha256sum"
        return String(decoding: try bench.directory.shell(command), as: UTF8.self)
    }

    @Test(
        arguments: [
            [], ["--archive-format", "docker"], ["--archive-format", "legacy"],
        ] as [[String]],
        [
            "gzip -dc images.tar.gz | gzip >other && mv other images.tar.gz",
            "gzip -dc images.tar.gz >other && mv other images.tar.gz",
            "gzip <images.tar.gz >other && mv other images.tar.gz", "true",
        ]
    )
    func archivesOfOtherFormats(format: [String], packing: String) async throws {
        // One is the default format, and the plain tar of the default format is that of PowerShell mode.
        guard !format.isEmpty || !packing.hasPrefix("true") && !packing.hasPrefix("gzip -dc images.tar.gz >") else {
            return
        }
        #expect(try await bench.save(list, from: source.authority, format).status == 0)
        try bench.directory.shell(packing)
        let before = try state()
        for words in [[], ["-l", bench.path("list.txt"), "-s", source.authority]] {
            let repaired = try await bench.run(.save, ["--repair", archive] + words)
            #expect(repaired.status == 1)
            #expect(
                repaired.errors.contains("\(archive) was not repaired and is unchanged: it is not an archive that"),
                "\(repaired.errors)"
            )
            #expect(try state() == before)
        }
    }

    @Test(
        arguments: [
            "cp /etc/services images.tar.gz", "mkdir images.tar.gz", "mkfifo images.tar.gz",
            "ln -s /dev/null images.tar.gz",
            "true >images.tar.gz", "head -c 3000000 /dev/zero >images.tar.gz",
            "head -c 3000000 /dev/urandom >images.tar.gz",
            "tar cf images.tar.gz /etc/services 2>/dev/null",
        ]
    )
    func whatIsNoArchive(making: String) async throws {
        try bench.directory.shell(making)
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let names = try bench.directory.names()
        let words = ["--repair", archive, "-l", bench.path("list.txt"), "-s", source.authority]
        let repaired = try await bench.run(.save, words)
        #expect(repaired.status == 1)
        #expect(
            repaired.errors.contains("\(archive) was not repaired and is unchanged: it is not"),
            "\(repaired.errors)"
        )
        #expect(try bench.directory.names() == names)
    }

    @Test func aSinglePart() async throws {
        #expect(try await bench.save(list, from: source.authority, ["--split", "1M"]).status == 0)
        try bench.directory.shell("cp images.tar.gz.001 images.tar.gz.002")
        let before = try state()
        let repaired = try await bench.run(.save, ["--repair", archive + ".001"])
        #expect(repaired.status == 1)
        #expect(
            repaired.errors.contains("it is a part of an archive: name the archive, \(archive)"),
            "\(repaired.errors)"
        )
        #expect(try state() == before)
    }

    /// Everything after the first blobs is lost, so the names are too.
    private func cut(keeping share: Double) throws {
        let bytes = try bench.directory.bytes("images.tar.gz")
        try bench.directory.write(Array(bytes[..<Int(Double(bytes.count) * share)]), to: "images.tar.gz")
    }

    @Test func aListThatLacksImages() async throws {
        #expect(try await bench.save(list, from: source.authority).status == 0)
        try cut(keeping: 0.9)
        let before = try state()
        let unnamed = try await bench.run(.save, ["--repair", archive])
        #expect(unnamed.status == 1)
        #expect(unnamed.errors.contains("the names of its images cannot be read: name the list"), "\(unnamed.errors)")
        #expect(try state() == before)
        for names in [list.dropLast(), list.dropFirst()] {
            try bench.directory.write(names.map { $0 + "\n" }.joined(), to: "some.txt")
            let words = ["--repair", archive, "-l", bench.path("some.txt"), "-s", source.authority]
            let repaired = try await bench.run(.save, words)
            #expect(repaired.status == 1, "\(repaired.errors)")
            #expect(try state() == before)
        }
        let words = ["--repair", archive, "-l", bench.path("list.txt"), "-s", source.authority]
        #expect(try await bench.run(.save, words).status == 0)
        #expect(try await bench.run(.save, ["--repair", archive]).errors.contains("is sound: "))
    }

    @Test func aLayerThatTheRegistryNoLongerHas() async throws {
        #expect(try await bench.save(list, from: source.authority).status == 0)
        var bytes = try bench.directory.bytes("images.tar.gz")
        bytes[bytes.count / 2] ^= 4
        try bench.directory.write(bytes, to: "images.tar.gz")
        let before = try state()
        source.add(FakeFault(.error(404, "BLOB_UNKNOWN"), method: "GET", target: "/blobs/", times: .max))
        let repaired = try await bench.run(.save, ["--repair", archive])
        #expect(repaired.status == 1)
        #expect(repaired.errors.contains("\(archive) was not repaired and is unchanged: "), "\(repaired.errors)")
        #expect(try state() == before)
    }

    @Test func somethingElseUnderTheNameOfTheCopy() async throws {
        #expect(try await bench.save(list, from: source.authority).status == 0)
        var bytes = try bench.directory.bytes("images.tar.gz")
        bytes[bytes.count / 2] ^= 4
        try bench.directory.write(bytes, to: "images.tar.gz")
        try bench.directory.write("of somebody else", to: "victim")
        try bench.directory.shell("ln -s victim images.tar.gz.repair")
        let before = try state()
        let repaired = try await bench.run(.save, ["--repair", archive])
        #expect(repaired.status == 1)
        #expect(repaired.errors.contains("cannot use \(archive).repair: it is a symbolic link"), "\(repaired.errors)")
        #expect(try state() == before)
        #expect(try bench.directory.text("victim") == "of somebody else")
    }
}
