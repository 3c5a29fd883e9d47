import CommandLine
import TestSupport
import Testing

/// The main job, with real registries: list to archive to registry.
@Suite(.enabled(if: Machine.hasRegistry, "needs docker-registry"), .timeLimit(.minutes(5)))
struct MainJobTests {
    @Test func theArchiveIsDockersEntryByEntry() async throws {
        let source = try await DistributionRegistry.samples.value
        let bench = try Bench()
        let list = try sampleList()
        let saved = try await bench.save(list, from: source.authority, ["--platform", "linux/amd64"])
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(
            saved.lines == list.map { "Image pull success: \(source.authority)/\($0)" }
                + ["Creating \(bench.path("images.tar.gz")) with 12 images"]
        )

        // Names contain the registry's port, and the order in docker's manifest.json is not stable.
        let expected = Fixtures.path("saved/docker-28.5-containerd/rancher-images.tar.gz")
        let comparison = """
            unpack() { mkdir $1 && gunzip -c $2 | tar xf - -C $1; }
            unpack ours images.tar.gz
            unpack docker \(expected)
            sed -i 's/\(source.authority)/127.0.0.1:5001/g' ours/index.json ours/manifest.json
            for side in ours docker; do
                sed 's/},{/}\\n{/g; s/^\\[//; s/\\]$//' $side/manifest.json | sort >$side.manifest && rm $side/manifest.json
            done
            diff -r ours docker && diff ours.manifest docker.manifest
            """
        try bench.directory.shell(comparison)
        try bench.directory.shell(
            """
            table() { gunzip -c $1 | tar tvf - | grep -v '\\.json$'; }
            table images.tar.gz >ours.table && table \(expected) >docker.table && diff ours.table docker.table
            gzip -t images.tar.gz && tar tzf images.tar.gz >/dev/null
            """
        )
    }

    @Test func theInnerTarEndsAsDockersDoes() async throws {
        let source = try await DistributionRegistry.samples.value
        let bench = try Bench()
        _ = try await bench.save(["rancher/tiny:v1"], from: source.authority)
        let tail = try bench.directory.shell("gunzip -c images.tar.gz | tail -c 1536")
        #expect(tail.suffix(1024).allSatisfy { $0 == 0 })
        // Two blocks of zeros and no padding: oci-layout fills the block before them.
        #expect(tail.prefix(512).contains { $0 != 0 })
    }

    @Test func blobsAndManifestsAreUnchanged() async throws {
        let source = try await DistributionRegistry.samples.value
        let target = try DistributionRegistry(allowsURLs: true)
        let bench = try Bench()
        let list = try sampleList()
        _ = try await bench.save(list, from: source.authority)
        let loaded = try await bench.load(source: source.authority, target: "\(target.authority)/mirror")
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(Array(loaded.lines.prefix(12)) == list.map { "Loaded image: \(source.authority)/\($0)" })

        // Of a list the archive has one image, which gets the name.
        for name in list where !name.contains("multi") {
            let arrived = name.contains("/") ? name : "rancher/\(name)"
            try bench.directory.shell(
                """
                raw() { skopeo inspect --raw --tls-verify=false docker://$1; }
                raw \(source.authority)/\(name) >a && raw \(target.authority)/mirror/\(arrived) >b && cmp a b
                """
            )
        }
        let again = try await bench.load(source: source.authority, target: "\(target.authority)/mirror")
        let outcomes = again.lines.filter { $0.contains(": ") && !$0.contains("digest:") && !$0.hasPrefix("Loaded") }
        #expect(outcomes.allSatisfy { $0.hasSuffix("Layer already exists") })
        #expect(again.lines.filter { $0.contains("digest:") } == loaded.lines.filter { $0.contains("digest:") })
    }

    @Test func aStreamHasTheSameBytes() async throws {
        let source = try await DistributionRegistry.samples.value
        let bench = try Bench()
        _ = try await bench.save(try sampleList(), from: source.authority)
        let words = ["-l", bench.path("list.txt"), "-s", source.authority]
        let streamed = try await bench.run(.save, words + ["-i", "/dev/stdout"])
        #expect(streamed.status == 0)
        // Where the archive is standard output, the lines go to standard error.
        #expect(streamed.errors.contains("Image pull success"))

        try bench.directory.shell("mkfifo pipe && { { cat pipe >part; mv part streamed.tar.gz; } & }")
        let piped = try await bench.run(.save, words + ["-i", bench.path("pipe")])
        #expect(piped.status == 0)
        try bench.directory.shell(
            """
            for try in $(seq 600); do [ -e streamed.tar.gz ] && break; sleep 0.1; done
            cmp images.tar.gz streamed.tar.gz
            """
        )
    }
}
