import Glibc
import OCI
import SystemIO
import TestSupport
import Testing

@testable import Charts

@Suite(.timeLimit(.minutes(2))) struct ChartPackageTests {
    private static let sample = "source/blobs/sha256/d4c049db87bf4fa7ee6670d9a192d7a2bb10e5a5fc62c0cd188df7b4f7987720"
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Writes a chart of `files` with `tar` and `gzip`.
    private func chart(_ files: [String: String]) throws -> String {
        for (name, text) in files { try directory.write(text, to: "tree/\(name)") }
        try directory.shell("tar czf chart.tgz -C tree $(ls tree)")
        return directory.path("chart.tgz")
    }

    private func content(_ blob: ChartPackage.Blob) throws -> [UInt8] {
        try blob.open().readBytes(Int(blob.descriptor.size))
    }

    @Test func theConfigurationIsThatOfTheSourceRegistry() throws {
        let package = try ChartPackage(Fixtures.path(Self.sample))
        #expect(
            package.blobs.map(\.descriptor.digest.description) == [
                "sha256:d4c049db87bf4fa7ee6670d9a192d7a2bb10e5a5fc62c0cd188df7b4f7987720",
                "sha256:bbfec372621524ff4502f2ca841f673dc6c11b1f358b898de5eaa70005caaaff",
            ]
        )
        for blob in package.blobs { #expect(ContentHash.digest(of: try content(blob)) == blob.descriptor.digest) }
        #expect(package.tag == "1.2.3_up0.1.0")
    }

    @Test func theManifestIsHelms() throws {
        try directory.write(try Fixtures.bytes(Self.sample), to: "demo.tgz")
        try directory.write("signed", to: "demo.tgz.prov")
        try directory.shell("touch -d '2024-02-29T23:04:05Z' demo.tgz")
        let package = try ChartPackage(directory.path("demo.tgz"))
        let config =
            #"{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:bbfec372621524ff4502f2ca841f673dc6c11b1f358b898de5eaa70005caaaff","size":109}"#
        let chart =
            #"{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"sha256:d4c049db87bf4fa7ee6670d9a192d7a2bb10e5a5fc62c0cd188df7b4f7987720","size":253}"#
        let provenance =
            #"{"mediaType":"application/vnd.cncf.helm.chart.provenance.v1.prov","digest":"\#(ContentHash.digest(of: Array("signed".utf8)))","size":6}"#
        let layers = [
            (chart, "d4"), (provenance, String("\(ContentHash.digest(of: Array("signed".utf8)))".dropFirst(7))),
        ]
        .sorted { $0.1 < $1.1 }.map(\.0).joined(separator: ",")
        let annotations =
            #"{"org.opencontainers.image.created":"2024-02-29T23:04:05Z","org.opencontainers.image.description":"a demo chart","org.opencontainers.image.title":"demo","org.opencontainers.image.version":"1.2.3+up0.1.0"}"#
        #expect(
            String(decoding: package.manifest.bytes, as: UTF8.self)
                == #"{"schemaVersion":2,"config":\#(config),"layers":[\#(layers)],"annotations":\#(annotations)}"#
        )
        #expect(package.manifest.mediaType == .ociManifest)
    }

    @Test func annotationsOfTheChartItself() throws {
        let yaml = """
            {name: a, version: 1.0.0, home: h, sources: [s, t], description: '  ', maintainers: [{name: me, email: e}, {name: m}, {email: f}],
             annotations: {x: z, org.opencontainers.image.title: other, org.opencontainers.image.url: mine}}
            """
        let package = try ChartPackage(try chart(["a/Chart.yaml": yaml]))
        let annotations = package.metadata.manifestAnnotations(created: 0)
        #expect(
            annotations == [
                "org.opencontainers.image.title": "a", "org.opencontainers.image.version": "1.0.0",
                "org.opencontainers.image.url": "mine", "org.opencontainers.image.source": "s",
                "org.opencontainers.image.authors": "me (e), m,  (f)",
                "org.opencontainers.image.created": "1970-01-01T00:00:00Z", "x": "z",
            ]
        )
    }

    @Test func subchartsDoNotCount() throws {
        let inner = "a/charts/b/Chart.yaml"
        let path = try chart(["a/Chart.yaml": "{name: a, version: 1}", inner: "{name: b, version: 2}", "a/x": ""])
        #expect(try ChartPackage(path).metadata.name == "a")
    }

    @Test(
        "files that are no charts",
        arguments: [
            (["a/values.yaml": ""], "it has no Chart.yaml"),
            (["Chart.yaml": "{name: a, version: 1}"], "it has no Chart.yaml"),
            (["a/Chart.yaml": "{name: a"], "its Chart.yaml cannot be used: line 2: did not find expected ',' or '}'"),
            (["a/Chart.yaml": "{name: a}"], "its Chart.yaml cannot be used: it has no version"),
            (["a/Chart.yaml": "x"], "its Chart.yaml cannot be used: it is no mapping"),
            (
                ["a/Chart.yaml": "{name: a, version: 1}", "b/Chart.yaml": "{name: b, version: 1}"],
                "it has two entries called Chart.yaml, so it is not clear which of them counts"
            ),
            (
                ["a/Chart.yaml": String(repeating: " ", count: 6 << 20)],
                "its Chart.yaml has 6291456 bytes, more than it may have"
            ),
        ]
    )
    func filesThatAreNotCharts(files: [String: String], problem: String) throws {
        let path = try chart(files)
        let error = #expect(throws: ChartFileError.self) { try ChartPackage(path) }
        #expect(error?.description == problem)
    }

    @Test func truncatedChartsAreNotPushed() throws {
        let complete = try Fixtures.bytes(Self.sample)
        try directory.write(Array(complete.dropLast(9)), to: "cut.tgz")
        let error = #expect(throws: ChartFileError.self) { try ChartPackage(directory.path("cut.tgz")) }
        #expect(error?.description.hasPrefix("it is no chart: ") == true)
    }

    @Test func uncompressedFilesAreNotCharts() throws {
        try directory.write("x", to: "x.tgz")
        #expect(throws: ChartFileError.self) { try ChartPackage(directory.path("x.tgz")) }
        #expect(throws: FileError.self) { try ChartPackage(directory.path("none.tgz")) }
        #expect(throws: (any Error).self) { try ChartPackage(directory.path) }
    }
}
