import CommandLine
import Commands
import GoldenSuite
import OCI
import SystemIO
import TestSupport
import Testing

/// `--check` of a save reports what would fail, transfers no blob, and changes no file.
@Suite(.timeLimit(.minutes(5))) struct SaveCheckTests {
    private let registry: FakeRegistry
    private let bench: Bench
    /// Two layers of two megabytes that no two images share, and one that they do.
    private static let layers = (1...3).map { sampleBytes(2_000_000, seed: $0) }

    init() throws {
        registry = try FakeRegistry()
        bench = try Bench()
        for (name, own) in [("rancher/x", 0), ("rancher/y", 1)] {
            registry.addImage(
                repository: name,
                tag: "v1",
                configuration: Array(#"{"architecture":"amd64","os":"linux","comment":"\#(name)"}"#.utf8),
                layers: [Self.layers[own], Self.layers[2]]
            )
        }
    }

    private func check(_ list: [String], _ words: [String] = []) async throws -> Bench.Outcome {
        try await bench.save(list, from: registry.authority, ["--check"] + words)
    }

    /// The contents of all files in the directory.
    private func contents() throws -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: try bench.directory.names().map { ($0, try bench.directory.bytes($0)) })
    }

    private func noBlobsMoved() -> Bool { !registry.requests.contains { $0.path.contains("/blobs/") } }

    @Test func aSaveThatWouldBeComplete() async throws {
        let outcome = try await check(["rancher/x:v1", "rancher/y:v1"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.lines.contains("images    2 of 2 can be saved"), "\(outcome.output)")
        #expect(outcome.lines.contains { $0.hasPrefix("blobs     5, each counted once: 6.0 MB") })
        #expect(outcome.lines.contains { $0.hasPrefix("space     6.0 MB needed, ") })
        #expect(outcome.errors.isEmpty)
        #expect(noBlobsMoved())
        #expect(try bench.directory.names() == ["list.txt"])
    }

    @Test func aMissingImage() async throws {
        let outcome = try await check(
            ["rancher/x:v1", "rancher/none:v1"],
            ["--failed-list", bench.path("failed.txt")]
        )
        #expect(outcome.status == 1)
        #expect(outcome.lines.contains("images    1 of 2 can be saved"))
        #expect(outcome.errors.contains("\(registry.authority)/rancher/none:v1: \(registry.authority) answered 404"))
        #expect(try bench.directory.text("failed.txt") == "rancher/none:v1\n")
        #expect(noBlobsMoved())
    }

    @Test func aMissingLogin() async throws {
        registry.switches.authentication = .basic(user: "me", password: "secret")
        let outcome = try await check(["rancher/x:v1"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("log in as a user who may do this: 'docker login \(registry.authority)'"))
    }

    @Test(
        .enabled(if: Machine.canMount, "needs root, or user name spaces, to mount a file system"),
        arguments: ["", "--archive-format legacy"]
    )
    func aFullDisk(words: String) throws {
        try bench.directory.write("\(registry.authority)/rancher/x:v1\n", to: "list.txt")
        let program = "\(try Suite().products)/rancher-save-images"
        let script = """
            mkdir -p small && mount -t tmpfs -o size=64k tmpfs small && printf older >small/images.tar.gz || exit 9
            \(program) --engine registry --check -l list.txt -i small/images.tar.gz \(words) >output 2>errors
            echo $? >status
            cat small/images.tar.gz >kept
            ls small >names
            """
        if !words.isEmpty {
            // Layers that are unpacked have to be what their diff IDs say, and so the configuration has to name them.
            let diffIDs = [Self.layers[0], Self.layers[2]].map { #""\#(ContentHash.digest(of: $0))""# }
            let rootFS = #"{"type":"layers","diff_ids":[\#(diffIDs.joined(separator: ","))]}"#
            registry.addImage(
                repository: "rancher/x",
                tag: "v1",
                configuration: Array(#"{"architecture":"amd64","os":"linux","rootfs":\#(rootFS)}"#.utf8),
                layers: [Self.layers[0], Self.layers[2]]
            )
        }
        try bench.directory.write(script, to: "script")
        try bench.directory.shell("unshare --map-root-user --mount sh script")
        #expect(try bench.directory.text("status") == "1\n")
        let errors = try bench.directory.text("errors")
        #expect(errors.contains("small/images.tar.gz takes 4.0 MB more, and 61"), "\(errors)")
        #expect(try bench.directory.text("kept") == "older")
        #expect(try bench.directory.text("names") == "images.tar.gz\n")
    }

    @Test func aDirectoryThatIsNotThere() async throws {
        let outcome = try await check(["rancher/x:v1"], ["-i", bench.path("none/images.tar.gz")])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("cannot write \(bench.path("none/images.tar.gz")): No such file or directory"))
        #expect(registry.requests.isEmpty)
    }

    // MARK: What is here

    /// Leaves a save of both images that was stopped when it lacked one layer.
    private func leaveUnfinished() async throws {
        let stalled = ContentHash.digest(of: Self.layers[1])
        registry.add(FakeFault(.transport(.stallBody(after: 0)), target: "blobs/\(stalled)", times: .max))
        let run = Task { [self] in
            try await bench.save(["rancher/x:v1", "rancher/y:v1"], from: registry.authority, ["--patience", "1m"])
        }
        let digests = [0, 2].map { "\(ContentHash.digest(of: Self.layers[$0])) " }
        for _ in 0..<5000 {
            let journal = (try? bench.directory.text("images.tar.gz.unfinished.journal")) ?? ""
            let complete = journal.split(separator: "\n").filter { $0.hasSuffix(" 2000000 2000000") }
            if digests.allSatisfy({ digest in complete.contains { $0.hasPrefix(digest) } }) { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        run.cancel()
        #expect(try await run.value.status == 1)
        registry.removeFaults()
        try #require(try bench.directory.names().contains("images.tar.gz.unfinished.journal"))
    }

    @Test func thePartialArchiveIsCounted() async throws {
        try await leaveUnfinished()
        let before = try contents()
        let outcome = try await check(["rancher/x:v1", "rancher/y:v1"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.lines.contains { $0.hasPrefix("here      4.0 MB, which an earlier run has left") },
            "\(outcome.output)"
        )
        #expect(outcome.lines.contains { $0.hasPrefix("to fetch  2.0 MB") })
        #expect(try contents() == before)
    }

    @Test func damagedBlobsOfThePartialArchiveAreNotCounted() async throws {
        try await leaveUnfinished()
        var bytes = try bench.directory.bytes("images.tar.gz.unfinished")
        let place = try #require(bytes.firstRange(of: Self.layers[0].prefix(4096)))
        bytes[place.lowerBound + 100_000] ^= 1
        try bench.directory.write(bytes, to: "images.tar.gz.unfinished")
        let outcome = try await check(["rancher/x:v1", "rancher/y:v1"])
        #expect(outcome.lines.contains { $0.hasPrefix("here      2.0 MB") }, "\(outcome.output)")
    }

    @Test func freshIgnoresThePartialArchive() async throws {
        try await leaveUnfinished()
        let before = try contents()
        let outcome = try await check(["rancher/x:v1", "rancher/y:v1"], ["--fresh"])
        #expect(outcome.lines.contains { $0.hasPrefix("to fetch  6.0 MB") }, "\(outcome.output)")
        #expect(try contents() == before)
    }

    @Test(arguments: ["cp images.tar.gz other", "gzip -dc images.tar.gz | gzip -1 >other"])
    func blobsOfOtherArchivesAreCounted(packing: String) async throws {
        _ = try await bench.save(["rancher/x:v1"], from: registry.authority)
        try bench.directory.shell("\(packing) && rm images.tar.gz")
        let outcome = try await check(["rancher/x:v1", "rancher/y:v1"], ["--reuse", bench.path("other")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.lines.contains { $0.hasPrefix("here      4.0 MB, which other archives have") },
            "\(outcome.output)"
        )
        #expect(outcome.lines.contains { $0.hasPrefix("to fetch  2.0 MB") })
    }

    @Test func blobsThatADeltaOmitsAreNotCounted() async throws {
        _ = try await bench.save(["rancher/x:v1"], from: registry.authority)
        try bench.directory.shell("mv images.tar.gz full")
        let outcome = try await check(["rancher/x:v1", "rancher/y:v1"], ["--since", bench.path("full")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.lines.contains { $0.hasPrefix("left out  4.0 MB, which --since names") }, "\(outcome.output)")
        #expect(outcome.lines.contains { $0.hasPrefix("to fetch  2.0 MB") })
        #expect(outcome.lines.contains { $0.hasPrefix("space     2.0 MB needed, ") })
    }

    @Test func anArchiveToReuseThatIsNone() async throws {
        try bench.directory.write("no archive", to: "other")
        let outcome = try await check(["rancher/x:v1"], ["--reuse", bench.path("other")])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(bench.path("other")): it is not an archive of images"))
    }

    // MARK: Docker Hub

    @Test(arguments: [(1, 1), (2, 0)])
    func thePullsThatAreLeft(remaining: Int, status: Int32) async throws {
        let hub = LoopbackResponse(
            headers: ["ratelimit-limit": "100;w=21600", "ratelimit-remaining": "\(remaining);w=21600"]
        )
        registry.add(FakeFault(.answer(hub), method: "HEAD", target: "/manifests/", times: .max))
        try bench.directory.write(#"{"registry-mirrors":["\#(registry.url)"]}"#, to: ".config/docker/daemon.json")
        try bench.directory.write("rancher/x:v1\nrancher/y:v1\n", to: "list.txt")
        let outcome = try await bench.run(
            .save,
            ["--check", "-l", bench.path("list.txt"), "-i", bench.path("images.tar.gz")],
            environment: ["HOME": bench.directory.path, "HTTPS_PROXY": "http://127.0.0.1:1"]
        )
        #expect(outcome.status == status, "\(outcome.errors)")
        let line = "Docker Hub  2 pulls needed, \(remaining) left of 100 in 6 h, after those of this check"
        #expect(outcome.lines.contains(line), "\(outcome.output)")
        #expect(outcome.errors.contains("Docker Hub allows 1 more pulls now") == (status == 1))
    }

    @Test func theDockerEngineIsNotAsked() async throws {
        let outcome = try await check(["rancher/x:v1"], ["--engine", "docker"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("--check asks the registries itself, also where docker moves the images"))
    }
}
