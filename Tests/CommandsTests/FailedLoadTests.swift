import FoundationEssentials
import TestSupport
import Testing

/// A `docker load` that fails: pushes, summary and report.
@Suite(.timeLimit(.minutes(2))) struct FailedLoadTests {
    private let bench: Bench

    init() throws {
        bench = try Bench()
        // Docker's store has images with these names; one of them cannot be pushed.
        try bench.directory.write(
            """
            #!/bin/sh
            echo "$*" >>"${0%/*}/../calls"
            case "$1 $2" in
            load*) echo "archive/tar: invalid tar header" >&2; exit 1 ;;
            push*/denied:v1) echo "denied: no" >&2; exit 1 ;;
            esac
            """,
            to: "bin/docker"
        )
        try bench.directory.shell("chmod +x bin/docker")
        try bench.directory.write("damaged", to: "images.tar.gz")
        try bench.directory.write("rancher/a:v1\nrancher/denied:v1\n", to: "list.txt")
    }

    private func load(_ words: String...) async throws -> (outcome: Bench.Outcome, report: JSONValue, failed: String) {
        let files = ["--report", bench.path("report.json"), "--failed-list", bench.path("failed.txt")]
        let outcome = try await bench.load(
            source: "",
            target: "registry.test",
            files + words,
            environment: ["PATH": "\(bench.path("bin")):/usr/bin:/bin"]
        )
        return (
            outcome, try JSONValue(try bench.directory.text("report.json")), try bench.directory.text("failed.txt")
        )
    }

    private func pushes() throws -> Int {
        try bench.directory.text("calls").split(separator: "\n").count { $0.hasPrefix("push") }
    }

    @Test func imagesFromDockersStoreAreNotCountedAsLoaded() async throws {
        let (outcome, report, failed) = try await load()
        #expect(outcome.status == 0)
        #expect(try pushes() == 2)
        #expect(
            outcome.errors.contains(
                ": 0 of 2 images loaded; \(bench.path("images.tar.gz")) was not loaded: 1 pushed from docker's local store, 1 failed"
            )
        )
        #expect(report["result"] == .string("incomplete"))
        #expect(report["cause"] == .string("docker load: archive/tar: invalid tar header; the archive was not loaded"))
        let images = report["images"].elements
        #expect(images.map { $0["result"].text } == ["loaded", "failed"])
        #expect(images[0]["cause"] == .string("pushed from docker's local store: the archive was not loaded"))
        #expect(images[1]["cause"] == .string("docker push: denied: no"))
        #expect(failed == "rancher/a:v1\nrancher/denied:v1\n")
    }

    @Test(arguments: [true, false])
    func nothingIsPushed(ifStrict isStrict: Bool) async throws {
        if !isStrict { try bench.directory.shell("rm images.tar.gz") }
        let (outcome, report, failed) = try await load(isStrict ? "--strict" : "--verbose")
        #expect(outcome.status == 1)
        #expect(try pushes() == 0)
        #expect(outcome.errors.contains(": 0 of 2 images loaded, 2 failed"))
        #expect(outcome.errors.contains(isStrict ? "since the run is strict" : "there is no archive"))
        #expect(report["result"] == .string("failed"))
        #expect(report["cause"].text?.hasPrefix("docker load: archive/tar: invalid tar header; ") == true)
        #expect(report["images"].elements.map { $0["result"].text } == ["failed", "failed"])
        #expect(failed == "rancher/a:v1\nrancher/denied:v1\n")
    }
}
