import CommandLine
import SampleImages
import TestSupport
import Testing

/// The Windows steps of a runbook, on this host.
@Suite(.enabled(if: Machine.hasRegistry, "needs docker-registry"), .timeLimit(.minutes(5)))
struct WindowsTests {
    /// Serves the foreign layers, which no registry has.
    private static func foreignLayers() throws -> LoopbackServer {
        try LoopbackServer { request in
            guard request.path.hasPrefix("/foreign/"), let bytes = try? Fixtures.bytes("source\(request.path)") else {
                return LoopbackResponse(status: 404)
            }
            return LoopbackResponse(status: 200, body: bytes)
        }
    }

    /// Saves both Windows releases with the PowerShell program, each to a separate archive.
    private static func saved(_ bench: Bench, from source: DistributionRegistry) async throws {
        // The encoding of lists by Windows PowerShell.
        let utf16 = "\u{FEFF}rancher/wins:v1\r\nrancher/rancher-agent:v1\r\n".utf16
        try bench.directory.write(utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, to: "windows.txt")
        for release in ["1809", "ltsc2022"] {
            let words = ["-l", bench.path("windows.txt"), "-i", bench.path("\(release).tar.gz"), "-O", release]
            let run = try await bench.run(.save, words + ["-S", source.authority], as: "./rancher-save-images.ps1")
            #expect(run.status == 0, "\(run.errors)")
            #expect(
                run.lines == [
                    "Pulling \(source.authority)/rancher/wins:v1-windows-\(release)",
                    "Pulling \(source.authority)/rancher/rancher-agent:v1-windows-\(release)",
                ]
            )
        }
    }

    @Test(arguments: [true, false])
    func theCompleteProcedure(targetAllowsURLs: Bool) async throws {
        let foreign = try Self.foreignLayers()
        defer { foreign.stop() }
        let source = try await DistributionRegistry.withSamples(foreignHost: foreign.authority)
        let bench = try Bench()
        try await Self.saved(bench, from: source)
        #expect(!foreign.requests.isEmpty)
        #expect(foreign.requests.allSatisfy { $0.headers["Authorization"] == nil })
        foreign.stop()
        // The output of docker with -o is a plain tar for any file name.
        try bench.directory.shell("tar tf 1809.tar.gz | grep -q oci-layout && ! gzip -t 1809.tar.gz")

        let target = try DistributionRegistry(allowsURLs: targetAllowsURLs)
        for release in ["1809", "ltsc2022"] {
            let words = ["-l", bench.path("windows.txt"), "-i", bench.path("\(release).tar.gz"), "-o", release]
            let run = try await bench.run(
                .load,
                words + ["-s", source.authority, "-r", target.authority],
                as: "./rancher-load-images.ps1"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.lines.contains("Tagging \(target.authority)/rancher/wins:v1-windows-\(release)"))
            #expect(run.errors.contains("refuses manifests with URLs") == !targetAllowsURLs)
        }

        _ = try await bench.save(["rancher/tiny:v1", "rancher/rancher-agent:v1"], from: source.authority)
        try bench.directory.write("rancher/wins:v1\nrancher/rancher-agent:v1\n", to: "windows.txt")
        let mixed = try await bench.load(
            source: source.authority,
            target: target.authority,
            ["--windows-image-list", bench.path("windows.txt"), "--windows-versions", "1809, ltsc2022"]
        )
        #expect(mixed.status == 0, "\(mixed.errors)")
        let list = "\(target.authority)/rancher/rancher-agent:v1, list[windows-1809 windows-ltsc2022 linux-amd64]"
        #expect(mixed.lines.contains("Preparing manifest \(list)"))

        // Every blob of every platform can be pulled.
        for name in ["wins", "rancher-agent"] {
            let source = "docker://\(target.authority)/rancher/\(name):v1"
            try bench.directory.shell(
                "skopeo copy -q --all --insecure-policy --src-tls-verify=false \(source) dir:\(name)"
            )
        }
    }

    @Test(arguments: [
        (["1809"], "rancher/wins:v1", "wins.1809.json"),
        (["1809"], "rancher/rancher-agent:v1", "rancher-agent.1809+linux.json"),
        (["1809", "ltsc2022"], "rancher/rancher-agent:v1", "rancher-agent.1809+ltsc2022+linux.json"),
    ])
    func listsHaveDockersBytes(releases: [String], name: String, fixture: String) async throws {
        // The members are the samples, with the digests in the fixtures.
        let target = try await DistributionRegistry.withSamples()
        let bench = try Bench()
        _ = try await bench.save(["rancher/tiny:v1", "rancher/rancher-agent:v1"], from: target.authority)
        try bench.directory.write("rancher/wins:v1\nrancher/rancher-agent:v1\n", to: "windows.txt")
        let versions = releases.joined(separator: ",")
        let mixed = try await bench.load(
            source: target.authority,
            target: target.authority,
            ["--windows-image-list", bench.path("windows.txt"), "--windows-versions", versions]
        )
        #expect(mixed.status == 0, "\(mixed.errors)")
        let digest = try #require(try target.tags()[name])
        #expect(try target.content(digest) == Fixtures.bytes("manifest-lists/\(fixture)"))
        #expect(mixed.lines.contains(digest))
    }

    @Test func theListWithoutTheReleaseIsSearchedForMissingNames() async throws {
        let source = try await DistributionRegistry.samples.value
        let bench = try Bench()
        try bench.directory.write("rancher/multi:v1\n", to: "windows.txt")
        let words = ["-l", bench.path("windows.txt"), "-i", bench.path("windows.tar"), "-s", source.authority]
        let run = try await bench.run(.save, words + ["-o", "1809"], as: "rancher-save-images.ps1")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("multi:v1-windows-1809 is not there"))
        let names = try bench.directory.shell("tar xOf windows.tar manifest.json")
        #expect(String(decoding: names, as: UTF8.self).contains("rancher/multi:v1-windows-1809"))

        let other = try await bench.run(.save, words + ["-o", "ltsc2025"], as: "rancher-save-images.ps1")
        #expect(other.status == 1, "the list has no image for that release")
        #expect(other.lines.suffix(2).first == "Could not save empty images to host")
    }

    @Test func missingMembersOfAListAreNamed() async throws {
        let source = try await DistributionRegistry.samples.value
        let target = try DistributionRegistry()
        let bench = try Bench()
        _ = try await bench.save(["rancher/tiny:v1"], from: source.authority)
        try bench.directory.write("rancher/wins:v1\n", to: "windows.txt")
        let run = try await bench.load(
            source: source.authority,
            target: target.authority,
            ["--windows-image-list", bench.path("windows.txt")]
        )
        #expect(run.status == 0)
        #expect(run.errors.contains("no such manifest: \(target.authority)/rancher/wins:v1-windows-1809"))
        #expect(run.errors.contains("1 of 2 images loaded, 1 failed"))
    }
}
