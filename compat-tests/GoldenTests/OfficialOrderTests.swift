import FoundationEssentials
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// The calls of a run that names no engine, with a docker that does nothing but keep a log: a test harness, a wrapper.
@Suite(.timeLimit(.minutes(5))) struct OfficialOrderTests {
    private static let list = "rancher/a:v1\nrancher/charts/c:1.0.0\nb:v2\nrancher/a:v1\n"

    private static let rows: [(script: String, words: [String], calls: [String])] = [
        (
            "rancher-save-images.sh", ["-l", "list.txt", "-i", "x.tar.gz", "-s", "reg.example:5000"],
            [
                "info", "pull reg.example:5000/rancher/a:v1", "pull reg.example:5000/rancher/charts/c:1.0.0",
                "pull reg.example:5000/b:v2", "pull reg.example:5000/rancher/a:v1",
                "save reg.example:5000/rancher/a:v1 reg.example:5000/rancher/charts/c:1.0.0 reg.example:5000/b:v2"
                    + " reg.example:5000/rancher/a:v1",
            ]
        ),
        (
            "rancher-load-images.sh",
            ["-l", "list.txt", "-i", "x.tar.gz", "-r", "reg.example", "--windows-image-list", "windows.txt"],
            [
                "info", "load --input x.tar.gz",
                "manifest create reg.example/rancher/w:v1 reg.example/rancher/w:v1-windows-1809 --amend",
                "manifest push reg.example/rancher/w:v1 --purge", "tag rancher/a:v1 reg.example/rancher/a:v1",
                "push reg.example/rancher/a:v1", "tag rancher/charts/c:1.0.0 reg.example/rancher/charts/c:1.0.0",
                "push reg.example/rancher/charts/c:1.0.0", "tag b:v2 reg.example/rancher/b:v2-linux-amd64",
                "push reg.example/rancher/b:v2-linux-amd64",
                "manifest create reg.example/rancher/b:v2 reg.example/rancher/b:v2-windows-1809"
                    + " reg.example/rancher/b:v2-linux-amd64 --amend", "manifest push reg.example/rancher/b:v2 --purge",
                "tag rancher/a:v1 reg.example/rancher/a:v1", "push reg.example/rancher/a:v1",
            ]
        ),
    ]

    /// - Parameter printing: the output of `docker info`, which decides how charts are handled.
    @Test(arguments: rows.indices)
    func callsAreTheScripts(_ index: Int) async throws {
        let row = Self.rows[index]
        let directory = try Self.directory("[ \"$1\" != info ] || echo io.containerd.snapshotter.v1")
        try directory.write(Self.list, to: "list.txt")
        let outcome = try await Self.run(row.script, row.words, in: directory)
        #expect(outcome.status == .exited(0), "\(String(decoding: outcome.errors, as: UTF8.self))")
        #expect(try directory.text("calls") == row.calls.map { $0 + "\n" }.joined())
    }

    @Test(arguments: rows.indices)
    func aDockerThatPrintsNothingIsDocker(_ index: Int) async throws {
        let row = Self.rows[index]
        let directory = try Self.directory("")
        try directory.write(Self.list.replacing("rancher/charts/c:1.0.0\n", with: ""), to: "list.txt")
        let outcome = try await Self.run(row.script, row.words + ["--report", "report.json"], in: directory)
        #expect(outcome.status == .exited(0), "\(String(decoding: outcome.errors, as: UTF8.self))")
        let expected = row.calls.filter {
            $0 != "info" && !$0.contains("charts/c:1.0.0 ") && !$0.hasSuffix("charts/c:1.0.0")
        }
        let calls = try directory.text("calls").split(separator: "\n").map(String.init)
        #expect(calls.filter { !$0.hasPrefix("save") } == expected)
        #expect(calls.last?.hasPrefix("save ") == row.script.contains("save"))
    }

    private static func directory(_ script: String) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("rancher/w:v1\nb:v2\n", to: "windows.txt")
        try directory.write("#!/bin/sh\necho \"$@\" >>\"${0%/*}/../calls\"\n\(script)\nexit 0\n", to: "script")
        try directory.shell("mkdir bin && cp script bin/docker && chmod 755 bin/docker")
        return directory
    }

    private static func run(
        _ script: String,
        _ words: [String],
        in directory: TemporaryDirectory
    ) async throws -> ChildProcess.Outcome {
        let executable = try Suite().products + "/" + script.prefix { $0 != "." }
        return try await ChildProcess.run(
            ["/usr/bin/env", "-C", directory.path, executable] + words,
            environment: ["PATH": "\(directory.path("bin")):/usr/bin:/bin", "HOME": directory.path],
            timeLimit: .seconds(60)
        )
    }
}
