import CommandLine
import ImageArchive
import OCI
import SystemIO
import TestSupport
import Testing

/// Archives in parts (`--split`), and loads of several archives.
@Suite(.timeLimit(.minutes(5))) struct PartsTests {
    private let bench: Bench
    private let source: FakeRegistry
    private let target: FakeRegistry
    private let list = (0..<20).map { "rancher/image\($0):v1" }

    init() throws {
        bench = try Bench()
        source = try FakeRegistry()
        target = try FakeRegistry()
        for number in 0..<20 { try Self.addImage(number, to: source) }
    }

    /// An image of a layer of 210,000 bytes and some more.
    private static func image(_ number: Int, version: Int = 1) throws -> SyntheticImage {
        var state = UInt64(number * 10 + version) &* 0x9E37_79B9_7F4A_7C15
        var text = ""
        while text.utf8.count < 210_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            text += String(state, radix: 36)
        }
        return try SyntheticImage("rancher/image\(number):v1", layers: [text])
    }

    private static func addImage(_ number: Int, version: Int = 1, to registry: FakeRegistry) throws {
        let image = try image(number, version: version)
        registry.addImage(
            repository: "rancher/image\(number)",
            tag: "v1",
            configuration: image.configuration,
            layers: image.layers
        )
    }

    private func save(_ words: [String] = [], as name: String? = nil) async throws -> Bench.Outcome {
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let files = ["-l", bench.path("list.txt"), "-i", bench.path("a.tar.gz"), "-s", source.authority]
        return try await bench.run(.save, files + words, as: name)
    }

    private func split(_ words: [String] = [], as name: String? = nil) async throws -> Bench.Outcome {
        try await save(["--split", "1M"] + words, as: name)
    }

    private func load(_ archives: [String], _ words: [String] = []) async throws -> Bench.Outcome {
        let files = ["-l", bench.path("list.txt"), "-s", source.authority, "-r", target.authority]
        return try await bench.run(.load, archives.flatMap { ["-i", bench.path($0)] } + files + words)
    }

    /// The names of the images that are the same in both registries.
    private var arrived: [String] {
        list.filter { name in
            let repository = String(name.dropLast(3))
            let manifest = source.manifest(repository, "v1")
            return manifest != nil && target.manifest(repository, "v1") == manifest
        }
    }

    private func flip(_ file: String, at offset: Int) throws {
        var bytes = try bench.directory.bytes(file)
        bytes[offset] ^= 0x40
        try bench.directory.write(bytes, to: file)
    }

    private let parts = ["a.tar.gz.001", "a.tar.gz.002", "a.tar.gz.003", "a.tar.gz.004", "a.tar.gz.005"]

    // MARK: Saving

    @Test(arguments: [[], ["--archive-format", "docker"], ["--archive-format", "legacy"]])
    func thePartsMakeUpTheArchive(format: [String]) async throws {
        #expect(try await save(format).status == 0)
        let complete = try bench.directory.bytes("a.tar.gz")
        let saved = try await split(format)
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.errors.contains("/a.tar.gz is in "))
        let parts = try bench.directory.names().filter { $0.hasPrefix("a.tar.gz.0") }
        // The older archive of that name is gone: a load would take it before the parts.
        #expect(try bench.directory.names() == parts + ["a.tar.gz.sha256", "list.txt"])
        #expect(parts.count > 2)
        #expect(try parts.dropLast().allSatisfy { try bench.directory.bytes($0).count == 1_000_000 })
        #expect(try parts.flatMap { try bench.directory.bytes($0) } == complete)
        let checked = try bench.directory.shell("sha256sum --strict -c a.tar.gz.sha256")
        #expect(String(decoding: checked, as: UTF8.self) == parts.map { "\($0): OK\n" }.joined())
        #expect(try await load(["a.tar.gz"]).status == 0)
        #expect(format.isEmpty ? arrived == list : target.manifest("rancher/image19", "v1") != nil)
    }

    @Test func aSmallerArchiveLeavesNoPartOfTheOlderOne() async throws {
        #expect(try await split().status == 0)
        let fetched = source.requests.count
        #expect(try await save(["--split", "1.8M"]).status == 0)
        #expect(try bench.directory.names() == Array(parts.prefix(3)) + ["a.tar.gz.sha256", "list.txt"])
        // Its blobs were taken from the older parts.
        let blobs = source.requests.dropFirst(fetched).filter { $0.method == "GET" && $0.path.contains("/blobs/") }
        #expect(blobs.isEmpty)
        try bench.directory.shell("sha256sum --strict -c a.tar.gz.sha256")
    }

    @Test(arguments: ["/dev/stdout", "pipe"])
    func aStreamHasNone(_ name: String) async throws {
        try bench.directory.shell("mkfifo pipe")
        let saved = try await split(["-i", name == "pipe" ? bench.path(name) : name])
        #expect(saved.status == 1)
        #expect(saved.errors.contains("--split needs files: "))
        #expect(source.requests.isEmpty)
    }

    @Test func moreThan999PartsAreRefused() async throws {
        let output = try ArchiveOutput(path: bench.path("b"), partSize: 1_000_000)
        defer { output.discard() }
        #expect(try output.space(for: 999_000_000) != nil)
        let error = #expect(throws: StagedFileError.self) { try output.space(for: 999_000_001) }
        #expect(error?.description.hasSuffix("make more than 999 parts of 1000000: give a larger size") == true)
        // What docker writes has no size before it is there.
        #expect(throws: FileError.self) { try [UInt8(1)].withUnsafeBytes { try output.write($0, at: 999_000_000) } }
    }

    /// Stops a save when the archive lacks one layer.
    private func stop() async throws {
        let stalled = ContentHash.digest(of: try Self.image(13).layers[0])
        source.add(FakeFault(.transport(.stallBody(after: 0)), target: "blobs/\(stalled)", times: .max))
        let run = Task { try await split(["--patience", "1m"]) }
        for _ in 0..<5000 {
            let journal = (try? bench.directory.text("a.tar.gz.001.unfinished.journal")) ?? ""
            let complete = journal.split(separator: "\n").map { $0.split(separator: " ") }
                .filter { $0.count == 4 && $0[2] == $0[3] }
            if Set(complete.map { $0[0] }).count == 39 { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        run.cancel()
        let stopped = try await run.value
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains(" of it are kept: run the same command again to resume"))
        source.removeFaults()
    }

    /// The bytes that a stopped run has fetched are not fetched again, unless the parts get another size.
    @Test(arguments: [("1M", 1), ("2M", 40)])
    func anInterruptedRunIsResumed(_ size: String, fetches: Int) async throws {
        try await stop()
        #expect(try bench.directory.names().contains("a.tar.gz.005.unfinished"))
        let before = source.requests.count
        let checked = try await save(["--split", size, "--check"])
        #expect(checked.lines.contains { $0.hasPrefix("here ") } == (size == "1M"), "\(checked.output)")
        let saved = try await save(["--split", size])
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.errors.contains("continuing: ") == (size == "1M"))
        let blobs = source.requests.dropFirst(before).filter { $0.method == "GET" && $0.path.contains("/blobs/") }
        #expect(blobs.count == fetches)
        try bench.directory.shell("sha256sum --strict -c a.tar.gz.sha256")
        #expect(try bench.directory.names().allSatisfy { !$0.contains("unfinished") })
        #expect(try await load(["a.tar.gz"]).status == 0)
        #expect(arrived == list)
    }

    // MARK: Loading

    /// The parts that each image has something in.
    private func partsOfImages() throws -> [String: Set<String>] {
        let archive = try DockerArchive(path: bench.path("a.tar.gz"))
        return try archive.images.reduce(into: [:]) { parts, image in
            let descriptor = try #require(image.original)
            let manifest = try #require(try archive.manifest(descriptor))
            guard case .image(let configuration, let layers) = manifest.content else { return }
            let paths = ([descriptor, configuration] + layers).flatMap { archive.blob($0.digest)?.parts ?? [] }
            let name = try #require(image.reference?.path)
            parts["\(name):v1"] = Set(paths.map { String($0.suffix(12)) })
        }
    }

    /// The images that have nothing in a part.
    private func images(without part: String) throws -> Set<String> {
        let images = Set(try partsOfImages().filter { !$0.value.contains(part) }.keys)
        try #require((2...18).contains(images.count))
        return images
    }

    /// Two directories, one part missing and one damaged: the images that need nothing of these are loaded.
    @Test(arguments: ["mv a.tar.gz a", "gzip -dc a.tar.gz >a && rm a.tar.gz"])
    func oneIsMissingAndOneIsDamaged(packing: String) async throws {
        #expect(try await save().status == 0)
        // As another program makes parts.
        try bench.directory.shell("\(packing) && split -b 1000000 -a 3 --numeric-suffixes=1 a a.tar.gz. && rm a")
        let expected = try images(without: "a.tar.gz.002")
        try bench.directory.shell(
            "mkdir one two && mv a.tar.gz.001 a.tar.gz.003 one && mv a.tar.gz.004 a.tar.gz.005 two && rm a.tar.gz.002"
        )
        // In the middle of a layer.
        try flip("two/a.tar.gz.004", at: 500_000)
        let checked = try await load(["one/a.tar.gz", "two/a.tar.gz"], ["--check"])
        #expect(checked.status == 1)
        #expect(checked.errors.contains(", in \(bench.path("two/a.tar.gz.004")), has other bytes"), "\(checked.errors)")
        let loaded = try await load(["one/a.tar.gz", "two/a.tar.gz"])
        #expect(loaded.status == 0)
        #expect(
            loaded.errors.contains(
                "\(bench.path("one/a.tar.gz.002")) is missing: the images that need what is in it fail, the others are loaded\n"
            )
        )
        #expect(loaded.errors.contains("; it lies in \(bench.path("two/a.tar.gz.004"))"))
        let count = arrived.count
        #expect(expected.isSuperset(of: arrived) && count == expected.count - 1, "\(loaded.errors)")
        #expect(loaded.errors.contains("\(count) of 20 images loaded, \(20 - count) failed"))
        let strict = try await load(["one/a.tar.gz", "two/a.tar.gz"], ["--strict"])
        #expect(strict.status == 1)
    }

    /// Entries after an entry with a damaged header are found.
    @Test func aDamagedHeaderCostsItsImage() async throws {
        #expect(try await split().status == 0)
        let bytes = try bench.directory.bytes("a.tar.gz.002")
        let name = Array("blobs/sha256/".utf8)
        let header = try #require(
            bytes.indices.first { $0 > 300_000 && bytes[$0...].starts(with: name) }
        )
        try flip("a.tar.gz.002", at: header + 20)
        let loaded = try await load(["a.tar.gz"])
        #expect(loaded.errors.contains("\(bench.path("a.tar.gz.002")) is damaged: the images that need"))
        #expect(arrived.count == 19, "\(loaded.errors)")
    }

    @Test func theFirstAndTheLastAreMissing() async throws {
        #expect(try await split().status == 0)
        let expected = try images(without: "a.tar.gz.001")
        try bench.directory.shell("mv a.tar.gz.001 kept")
        #expect(try await load(["a.tar.gz"]).status == 0)
        #expect(Set(arrived) == expected)
        try bench.directory.shell("mv kept a.tar.gz.001 && rm a.tar.gz.005")
        let loaded = try await load(["a.tar.gz"])
        #expect(
            loaded.errors.contains(
                "\(bench.path("a.tar.gz")): its tables, which are in its last part, are not there:"
                    + " is \(bench.path("a.tar.gz.004")) the last part? Bring all parts, or copy them again\n"
            ),
            "\(loaded.errors)"
        )
    }

    @Test func aTruncatedPartIsReported() async throws {
        #expect(try await split().status == 0)
        let expected = try images(without: "a.tar.gz.003")
        try bench.directory.shell("truncate -s 600000 a.tar.gz.003")
        let loaded = try await load(["a.tar.gz"])
        #expect(loaded.errors.contains("\(bench.path("a.tar.gz.003")) is cut off: the images that need"))
        #expect(expected.isStrictSubset(of: arrived) && arrived.count < 20, "\(loaded.errors)")
    }

    @Test func theyAreListed() async throws {
        #expect(try await split().status == 0)
        let listed = try await bench.run(.load, ["-i", bench.path("a.tar.gz"), "--list"])
        #expect(listed.status == 0)
        let names = listed.lines.dropFirst().map { String($0.prefix { $0 != " " }) }
        #expect(names == list.map { "\(source.authority)/\($0)" })
    }

    /// As after two `docker load`, the later archive's image counts; and one has what the other leaves out.
    @Test func severalCompleteArchives() async throws {
        #expect(try await save().status == 0)
        try bench.directory.shell("mv a.tar.gz older.tar.gz")
        for number in [3, 17] { try Self.addImage(number, version: 2, to: source) }
        #expect(try await save(["--since", bench.path("older.tar.gz")]).status == 0)
        let loaded = try await load(["older.tar.gz", "a.tar.gz"])
        #expect(loaded.status == 0)
        #expect(arrived == list, "\(loaded.errors)")
        let listed = try await bench.run(
            .load,
            ["-i", bench.path("older.tar.gz"), "-i", bench.path("a.tar.gz"), "--list"]
        )
        #expect(listed.lines.count == 41)
        let checked = try await load(["older.tar.gz", "none.tar.gz"], ["--check", "--strict"])
        #expect(checked.errors.contains("cannot open \(bench.path("none.tar.gz")): No such file or directory"))
        #expect(checked.status == 1)
    }

    /// Two months' archives have one name and parts of the same numbers. Each may lie in several directories.
    @Test(arguments: [false, true])
    func twoArchivesOfOneName(areOnDiscs: Bool) async throws {
        let all = list
        try bench.directory.shell("mkdir -p october november")
        for (month, names) in [("october", all.prefix(12)), ("november", all.suffix(8))] {
            try bench.directory.write(names.map { $0 + "\n" }.joined(), to: "list.txt")
            let words = ["-l", bench.path("list.txt"), "-i", bench.path("\(month)/a.tar.gz"), "-s", source.authority]
            #expect(try await bench.run(.save, words + ["--split", "1M"]).status == 0)
        }
        try bench.directory.write(all.map { $0 + "\n" }.joined(), to: "list.txt")
        var paths = ["october/a.tar.gz", "november/a.tar.gz"]
        if areOnDiscs {
            try bench.directory.shell("mkdir one two && mv october/a.tar.gz.001 one && mv november/a.tar.gz.002 two")
            paths = ["one/a.tar.gz", "october/a.tar.gz", "november/a.tar.gz", "two/a.tar.gz"]
        }
        let loaded = try await load(paths)
        #expect(loaded.status == 0)
        #expect(arrived == all, "\(loaded.errors)")
    }

    // MARK: Repair

    @Test func aMissingPartIsWrittenAgain() async throws {
        #expect(try await split().status == 0)
        let intact = try parts.map { try bench.directory.bytes($0) }
        try bench.directory.shell("rm a.tar.gz.002")
        try flip("a.tar.gz.004", at: 500_000)
        let before = source.requests.count
        let repaired = try await bench.run(.save, ["--repair", bench.path("a.tar.gz")])
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try parts.map { try bench.directory.bytes($0) } == intact)
        #expect(try bench.directory.names() == parts + ["a.tar.gz.sha256", "list.txt"])
        let blobs = source.requests.dropFirst(before).filter { $0.method == "GET" && $0.path.contains("/blobs/") }
        #expect(blobs.count < 16)
    }

    @Test func aFailedRepairLeavesThePartsUnchanged() async throws {
        #expect(try await split().status == 0)
        try bench.directory.shell("rm a.tar.gz.002")
        source.stop()
        let repaired = try await bench.run(.save, ["--repair", bench.path("a.tar.gz")])
        #expect(repaired.status == 1)
        #expect(try bench.directory.names() == parts.filter { $0 != "a.tar.gz.002" } + ["a.tar.gz.sha256", "list.txt"])
    }
}
