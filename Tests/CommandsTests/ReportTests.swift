import CommandLine
import FoundationEssentials
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// `--report`: the outcome of each image of a run.
@Suite(.timeLimit(.minutes(5))) struct ReportTests {
    private let bench: Bench
    private let source: FakeRegistry
    private let schema: JSONSchema

    init() throws {
        bench = try Bench()
        source = try FakeRegistry()
        let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        schema = try JSONSchema(String(contentsOf: docs.appending(path: "docs/report.schema.json"), encoding: .utf8))
        for name in ["a", "b"] { add(name) }
    }

    /// Adds an image with a layer that all images share, and a layer of its own.
    private func add(_ name: String) {
        source.addImage(
            repository: "rancher/\(name)",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64","config":{"n":"\#(name)"}}"#.utf8),
            layers: [Array("the layer that all share".utf8), Array("layer \(name)".utf8)]
        )
    }

    private var words: [String] { ["--report", bench.path("report.json")] }

    /// Reads a report and expects it to match the schema.
    private func report() throws -> JSONValue {
        let report = try JSONValue(try bench.directory.text("report.json"))
        #expect(schema.problems(of: report).isEmpty)
        return report
    }

    private func results(_ report: JSONValue) -> [String?] { report["images"].elements.map { $0["result"].text } }

    @Test func theSchemaRejectsWrongReports() async throws {
        _ = try await bench.save(["rancher/a:v1"], from: source.authority, words)
        let text = try bench.directory.text("report.json")
        let wrongs = [
            (#""schemaVersion": 1"#, #""schemaVersion": 2"#), (#""mode": "shell""#, #""mode": "fish""#),
            (#""engine""#, #""motor""#), (#""tries": 1"#, #""tries": 0"#), (#""sha256:"#, #""md5:"#),
            (#""failed": 0"#, #""failed": "none""#), (#"Z""#, #"+01:00""#), (#""moved""#, #""gone""#),
        ]
        for (right, wrong) in wrongs {
            let changed = text.replacing(right, with: wrong)
            #expect(changed != text, "\(right) is not in the report")
            #expect(!schema.problems(of: try JSONValue(changed)).isEmpty, "\(wrong) is allowed")
        }
    }

    @Test func aSaveReportsEachImage() async throws {
        let saved = try await bench.save(
            ["rancher/a:v1", "rancher/none:v1", "rancher/b:v1"],
            from: source.authority,
            words + ["--username", "me"],
            environment: ["RANCHER_IMAGES_PASSWORD": "geheim", "RANCHER_IMAGES_JOBS": "3"]
        )
        #expect(saved.status == 0, "\(saved.errors)")
        let report = try report()
        #expect(report["result"] == .string("incomplete"))
        #expect(report["program"] == .string("rancher-save-images"))
        #expect(report["engine"] == .string("registry"))
        #expect(report["exitStatus"] == .number(0))
        #expect(results(report) == ["saved", "failed", "saved"])
        let images = report["images"].elements
        #expect(images.map { $0["reference"].text } == ["rancher/a:v1", "rancher/none:v1", "rancher/b:v1"])
        let digest = try #require(source.manifest("rancher/a", "v1")).digest
        #expect(images[0]["digests"]["source"] == .string(digest))
        #expect(images[0]["digests"]["target"] == .string(digest))
        #expect(images[1]["cause"].text?.contains("404") == true)
        #expect(images[1]["bytes"] == .null)
        // Shared layers are transferred once.
        #expect(images[2]["bytes"]["existing"] == .number(Double("the layer that all share".utf8.count)))
        let moved = images[0]["bytes"]["moved"].number ?? 0
        #expect(moved > 0)
        #expect(report["totals"]["bytes"]["moved"] == .number(moved + (images[2]["bytes"]["moved"].number ?? 0)))
        #expect(report["totals"]["succeeded"] == .number(2))
        #expect(report["settings"]["jobs"] == .string("3"))
        #expect(report["settings"]["compression-level"] == .string("6"))
        #expect(report["settings"]["strict"] == .boolean(false))
        #expect(!(try bench.directory.text("report.json")).contains("geheim"))
    }

    @Test func aLoadReportsPushes() async throws {
        _ = try await bench.save(["rancher/a:v1", "rancher/b:v1"], from: source.authority)
        let target = try FakeRegistry()
        // The push of a manifest is retried.
        target.add(FakeFault(.error(503), method: "PUT", target: "/rancher/b/manifests/"))
        let loaded = try await bench.load(source: source.authority, target: target.authority, words)
        #expect(loaded.status == 0, "\(loaded.errors)")
        let report = try report()
        #expect(report["result"] == .string("success"))
        #expect(results(report) == ["loaded", "loaded"])
        for (image, name) in zip(report["images"].elements, ["a", "b"]) {
            let arrived = try #require(target.manifest("rancher/\(name)", "v1"))
            #expect(image["target"] == .string("\(target.authority)/rancher/\(name):v1"))
            #expect(image["digests"]["target"] == .string(arrived.digest))
            #expect(image["digests"]["source"] == .string(arrived.digest))
            #expect(image["confirmed"] == .boolean(true))
        }
        #expect(report["images"].elements.map { $0["tries"].number } == [1, 2])
        #expect(report["images"].elements[1]["bytes"]["mounted"] == .number(24))

        let again = try await bench.load(source: source.authority, target: target.authority, words)
        #expect(again.status == 0)
        #expect(try self.report()["totals"]["bytes"]["moved"] == .number(0))
    }

    /// As in the scripts, each line is pulled and pushed.
    @Test func linesOfOneImageAreTwoEntries() async throws {
        let lines = ["rancher/a:v1", "rancher/a:v1"]
        let saved = try await bench.save(lines, from: source.authority, words)
        #expect(saved.status == 0, "\(saved.errors)")
        let report = try report()
        #expect(report["images"].elements.map { $0["reference"].text } == lines)
        #expect(results(report) == ["saved", "saved"])
        // Bytes are counted once.
        let moved = report["images"].elements.map { $0["bytes"]["moved"].number ?? 0 }
        #expect(moved[0] > 0 && moved[1] == 0, "\(moved)")

        let target = try FakeRegistry()
        let loaded = try await bench.load(source: source.authority, target: target.authority, words)
        #expect(loaded.status == 0, "\(loaded.errors)")
        let images = try self.report()["images"].elements
        #expect(images.map { $0["reference"].text } == lines)
        #expect(images.map { $0["confirmed"] } == [.boolean(true), .boolean(true)])
        #expect(Set(images.map { $0["target"].text }) == ["\(target.authority)/rancher/a:v1"])
        #expect(images[1]["bytes"]["moved"] == .number(0))
    }

    /// A registry that loses pushed content.
    @Test(arguments: [true, false])
    func lostPushesHaveFailed(isGone: Bool) async throws {
        _ = try await bench.save(["rancher/a:v1", "rancher/b:v1"], from: source.authority)
        let target = try FakeRegistry()
        let other = try #require(source.manifest("rancher/b", "v1"))
        let answer =
            isGone
            ? LoopbackResponse(status: 404)
            : LoopbackResponse(headers: ["Content-Type": other.mediaType], body: other.bytes)
        for method in ["HEAD", "GET"] {
            target.add(FakeFault(.answer(answer), method: method, target: "/rancher/a/manifests/v1", times: .max))
        }
        let loaded = try await bench.load(source: source.authority, target: target.authority, words + ["--strict"])
        #expect(loaded.status == 1)
        #expect(loaded.errors.contains("rancher/a:v1: the registry took the manifest sha256:"), "\(loaded.errors)")
        #expect(loaded.errors.contains(isGone ? "does not have" : "resolves to \(other.digest)"))
        let report = try report()
        #expect(results(report) == ["failed", "loaded"])
        #expect(report["images"].elements[0]["confirmed"] == .boolean(false))
    }

    /// A user with permission to push, but not to pull.
    @Test func unconfirmedPushesHaveNotFailed() async throws {
        _ = try await bench.save(["rancher/a:v1"], from: source.authority)
        let target = try FakeRegistry()
        target.add(FakeFault(.error(403), method: "HEAD", target: "/manifests/", times: .max))
        let loaded = try await bench.load(source: source.authority, target: target.authority, words)
        #expect(loaded.status == 0)
        #expect(loaded.errors.contains("pushed, but the registry does not confirm it"), "\(loaded.errors)")
        let report = try report()
        #expect(results(report) == ["loaded"])
        #expect(report["images"].elements[0]["confirmed"] == .boolean(false))
    }

    /// If the digest header is missing or wrong, the manifest is requested.
    @Test(arguments: [true, false])
    func aRegistryWithoutTheCorrectHeaderConfirms(isMissing: Bool) async throws {
        _ = try await bench.save(["rancher/a:v1"], from: source.authority)
        var switches = FakeSwitches()
        switches.omitsDigests = isMissing
        let target = try FakeRegistry(switches)
        if !isMissing {
            let wrong = LoopbackResponse(
                headers: ["Docker-Content-Digest": "sha256:" + String(repeating: "0", count: 64)],
                body: []
            )
            target.add(FakeFault(.answer(wrong), method: "HEAD", target: "/manifests/", times: .max))
        }
        let loaded = try await bench.load(source: source.authority, target: target.authority, words)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(try report()["images"].elements.map { $0["confirmed"] } == [.boolean(true)])
    }

    @Test func aRunThatFails() async throws {
        try bench.directory.write("rancher/a:v1\n", to: "list.txt")
        let loaded = try await bench.load(source: source.authority, target: source.authority, words)
        #expect(loaded.status == 1)
        let report = try report()
        #expect(report["result"] == .string("failed"))
        #expect(report["cause"].text?.contains("images.tar.gz") == true)
        #expect(results(report) == ["not reached"])

        let missing = try await bench.run(.save, ["-l", bench.path("none"), "-i", bench.path("x")] + words)
        #expect(missing.status == 1)
        #expect(try self.report()["cause"].text?.contains("none") == true)
        #expect(try self.report()["images"] == .array([]))
    }

    @Test func aReportThatCannotBeWritten() async throws {
        let saved = try await bench.save(
            ["rancher/a:v1"],
            from: source.authority,
            ["--report", "/dev/full"]
        )
        #expect(saved.status == 1)
        #expect(saved.errors.contains("the report was not written: "))
        #expect(bench.directory.exists("images.tar.gz"))
    }

    @Test func junitHasACaseForEachImage() async throws {
        let words = ["--report", bench.path("report.xml")]
        let saved = try await bench.save(["rancher/a:v1", "ranch<er>&\"/x:v1"], from: source.authority, words)
        #expect(saved.status == 0, "\(saved.errors)")
        let lines = try bench.directory.text("report.xml").split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(lines[0] == #"<?xml version="1.0" encoding="UTF-8"?>"#)
        #expect(lines[2].hasPrefix(#"<testsuite name="save" tests="2" failures="1" errors="0" skipped="0" time=""#))
        #expect(lines.contains { $0.hasPrefix(#"<testcase classname="save.image" name="rancher/a:v1" time=""#) })
        #expect(
            lines.contains { $0.hasPrefix(#"<testcase classname="save.image" name="ranch&lt;er&gt;&amp;&quot;/x:v1""#) }
        )
        #expect(lines.contains { $0.hasPrefix("<failure message=\"") })
        try bench.directory.shell("python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse(\"report.xml\")'")
    }

    @Test func theDockerEngineReportsPulls() async throws {
        try bench.directory.write(
            """
            #!/bin/sh
            case "$1 $2" in
            pull*/b:v1) echo no >&2; exit 1 ;;
            inspect*) exit 1 ;;
            save*) echo archive ;;
            esac
            """,
            to: "bin/docker"
        )
        try bench.directory.shell("chmod +x bin/docker")
        let saved = try await bench.save(
            ["rancher/a:v1", "rancher/b:v1"],
            from: "registry.test",
            words + ["--checksum"],
            environment: ["PATH": "\(bench.path("bin")):/usr/bin:/bin"]
        )
        #expect(saved.status == 0, "\(saved.errors)")
        let report = try report()
        #expect(report["engine"] == .string("docker"))
        #expect(report["dockerVersion"] == .null)
        #expect(results(report) == ["saved", "failed"])
        #expect(report["images"].elements[1]["cause"] == .string("docker pull: no"))
        #expect(
            report["images"].elements.allSatisfy { $0["durationMilliseconds"].number != nil && $0["tries"] == .null }
        )
        // The archive is hashed while it is written.
        #expect(!saved.errors.contains("once more for its checksum"))
        try bench.directory.shell("sha256sum -c images.tar.gz.sha256")
    }

    @Test func theDockerEngineReportsPushes() async throws {
        try bench.directory.write(
            """
            #!/bin/sh
            case "$1 $2" in
            push*/b:v1) echo no >&2; exit 1 ;;
            esac
            """,
            to: "bin/docker"
        )
        try bench.directory.shell("chmod +x bin/docker")
        try bench.directory.write("rancher/a:v1\nrancher/b:v1\n", to: "list.txt")
        let environment = ["PATH": "\(bench.path("bin")):/usr/bin:/bin"]
        let loaded = try await bench.load(source: "", target: "registry.test", words, environment: environment)
        #expect(loaded.status == 0, "\(loaded.errors)")
        let report = try report()
        #expect(results(report) == ["loaded", "failed"])
        let images = report["images"].elements
        #expect(images[1]["cause"] == .string("docker push: no"))
        #expect(images.allSatisfy { $0["durationMilliseconds"].number != nil && $0["confirmed"] == .null })
        #expect(images.allSatisfy { $0["digests"]["target"] == .null })
    }

    @Test func reportsAreWrittenToDescriptors() async throws {
        let program = "\(try Suite().products)/rancher-save-images"
        try bench.directory.write("rancher/a:v1\n", to: "list.txt")
        try bench.directory.shell(
            "'\(program)' -l list.txt -s \(source.authority) -i x.tar.gz --engine registry --report /dev/fd/3 3>report.json"
                + " && '\(program)' -l list.txt -s \(source.authority) -i x.tar.gz --engine registry --report /dev/stdout >out"
        )
        #expect(results(try report()) == ["saved"])
        #expect(try bench.directory.text("out").contains(#""result": "saved""#))
    }

    @Test(arguments: [Int32(2), 15])
    func aStoppedRunReportsImagesThatWereNotReached(_ signal: Int32) async throws {
        source.add(FakeFault(.transport(.stall), method: "GET", target: "/rancher/b/manifests/", times: .max))
        try bench.directory.write("rancher/none:v1\nrancher/b:v1\n", to: "list.txt")
        let process = try ChildProcess.start(
            [
                "\(try Suite().products)/rancher-save-images", "-l", bench.path("list.txt"), "-s", source.authority,
                "-i",
                bench.path("x.tar.gz"), "--engine", "registry", "--report", bench.path("report.json"),
            ],
            environment: ["PATH": "/usr/bin:/bin", "HOME": bench.directory.path]
        )
        while source.requests.count(where: { $0.path.contains("/manifests/") }) < 2 {
            try await Task.sleep(for: .milliseconds(2))
        }
        let start = ContinuousClock.now
        process.terminate(signal)
        #expect(await process.wait().shellStatus == 128 + signal)
        #expect(start.duration(to: .now) < .seconds(5), "a second, and what a busy machine adds")
        let report = try report()
        #expect(report["result"] == .string("stopped"))
        #expect(report["exitStatus"] == .null)
        #expect(results(report).last == "not reached")
        #expect(!bench.directory.exists("x.tar.gz"))
    }

    /// A docker that ignores signals.
    @Test func aDockerThatDoesNotStopIsNotWaitedFor() async throws {
        try bench.directory.write(
            """
            #!/bin/sh
            case "$1" in
            version) echo 28.5.1 ;;
            pull) trap '' INT TERM; touch "$(dirname "$0")/pulling"; sleep 3 ;;
            esac
            """,
            to: "bin/docker"
        )
        try bench.directory.shell("chmod +x bin/docker")
        try bench.directory.write("rancher/a:v1\n", to: "list.txt")
        let process = try ChildProcess.start(
            [
                "\(try Suite().products)/rancher-save-images", "-l", bench.path("list.txt"), "-i",
                bench.path("x.tar.gz"),
                "--report", bench.path("report.json"),
            ],
            environment: ["PATH": "\(bench.path("bin")):/usr/bin:/bin", "HOME": bench.directory.path]
        )
        while !bench.directory.exists("bin/pulling") { try await Task.sleep(for: .milliseconds(2)) }
        process.terminate(15)
        #expect(await process.wait().shellStatus == 128 + 15)
        let report = try report()
        #expect(report["result"] == .string("stopped"))
        #expect(results(report) == ["not reached"])
    }
}
