import FoundationEssentials
import GoldenSuite
import OCI
import TestSupport
import Testing

/// OCI Helm charts without helm: in archives, and in the scripts' directory next to them. The directory is relative to the current
/// directory, so the programs run as separate processes.
@Suite(.timeLimit(.minutes(5))) struct ChartTests {
    private static let chart = "rancher/charts/demo:1.2.3_up0.1.0"
    private static let file = "rancher-oci-charts/demo-1.2.3+up0.1.0.tgz"

    private let directory: TemporaryDirectory
    private let products: String
    private let source: FakeRegistry
    private let target: FakeRegistry
    /// The chart's `.tgz`.
    private let content: [UInt8]

    init() throws {
        directory = try TemporaryDirectory()
        products = try Suite().products
        source = try FakeRegistry()
        target = try FakeRegistry()
        content = try Self.blob("d4c049db87bf4fa7ee6670d9a192d7a2bb10e5a5fc62c0cd188df7b4f7987720")
        source.addBlob(content, repository: "rancher/charts/demo")
        source.addBlob(
            try Self.blob("bbfec372621524ff4502f2ca841f673dc6c11b1f358b898de5eaa70005caaaff"),
            repository: "rancher/charts/demo"
        )
        source.addManifest(
            try Self.blob("d84b96882d8e60e51bab3183b59e0cc589c25927ecc33862321a83ae64feaee3"),
            mediaType: .ociManifest,
            repository: "rancher/charts/demo",
            tag: "1.2.3_up0.1.0"
        )
        for name in ["first", "last"] { addImage("rancher/\(name)", to: source) }
        // A docker without the containerd store, and no helm.
        try directory.write(
            """
            #!/bin/sh
            case $1 in
            version) echo 28.5.2 ;;
            info) echo ' Storage Driver: overlay2' ;;
            save) printf archive ;;
            esac
            """,
            to: "tools/docker"
        )
        try directory.shell("chmod +x tools/docker")
    }

    private static func blob(_ hex: String) throws -> [UInt8] { try Fixtures.bytes("source/blobs/sha256/\(hex)") }

    private func addImage(_ repository: String, to registry: FakeRegistry) {
        registry.addImage(
            repository: repository,
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64","name":"\#(repository)"}"#.utf8),
            layers: [Array("layer of \(repository)".utf8)]
        )
    }

    private struct Outcome {
        let status: Int32
        let lines: [String]
        let errors: String
    }

    /// Runs a program in the directory.
    private func run(_ program: String, _ list: [String], _ words: String, hasDocker: Bool = false) throws -> Outcome {
        try directory.write(list.map { $0 + "\n" }.joined(), to: "rancher-images.txt")
        let environment =
            "HOME='\(directory.path)' RANCHER_IMAGES_PATIENCE=1s PATH='\(directory.path("tools-\(hasDocker)"))'"
        let status = try directory.shell(
            """
            mkdir -p tools-false && ln -sfn tools tools-true
            env -i \(environment) '\(products)/\(program)' -s \(source.authority) \(words) >out 2>err
            echo $?
            """
        )
        return Outcome(
            status: Int32(String(decoding: status, as: UTF8.self).dropLast()) ?? -1,
            lines: try directory.text("out").split(separator: "\n").map(String.init),
            errors: try directory.text("err")
        )
    }

    private func save(_ list: [String], _ words: String = "", hasDocker: Bool = false) throws -> Outcome {
        try run("rancher-save-images", list, words, hasDocker: hasDocker)
    }

    private func load(_ list: [String], _ words: String = "", hasDocker: Bool = false) throws -> Outcome {
        try run("rancher-load-images", list, "-r \(target.authority) " + words, hasDocker: hasDocker)
    }

    private func downloads(from registry: FakeRegistry) -> Int {
        registry.requests.count { $0.method == "GET" && $0.path.contains("/blobs/") }
    }

    /// Verifies the chart in the target as helm does: the chart's file under its name, with helm's configuration.
    private func expectChart(hasProvenance: Bool = false) throws {
        let manifest = try #require(target.manifest("rancher/charts/demo", "1.2.3_up0.1.0"))
        let text = String(decoding: manifest.bytes, as: UTF8.self)
        #expect(
            text.contains(
                #""config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:bbfec372"#
            )
        )
        #expect(
            text.contains(
                #"{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"sha256:d4c049db"#
            )
        )
        #expect(text.contains(#""org.opencontainers.image.version":"1.2.3+up0.1.0""#))
        #expect(text.contains("vnd.cncf.helm.chart.provenance.v1.prov") == hasProvenance)
        #expect(target.blob("rancher/charts/demo", ContentHash.digest(of: content)) == content)
    }

    // MARK: The registry engine

    @Test func theArchiveAndTheDirectoryHaveTheChart() throws {
        let list = ["rancher/first:v1", Self.chart, "rancher/last:v1"]
        let saved = try save(list)
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(
            saved.lines == list.map { "Image pull success: \(source.authority)/\($0)" }
                + ["Creating rancher-images.tar.gz with 3 images"]
        )
        #expect(saved.errors.contains("the charts are in ./rancher-oci-charts too"))
        #expect(try directory.bytes(Self.file) == content)
        #expect(downloads(from: source) == 6, "each blob once")
        let tables = try directory.shell(
            "tar xzOf rancher-images.tar.gz index.json && tar xzOf rancher-images.tar.gz manifest.json >m"
        )
        #expect(String(decoding: tables, as: UTF8.self).contains("rancher/charts/demo:1.2.3_up0.1.0"))
        let items = try directory.text("m")
        #expect(!items.contains("charts") && items.contains("rancher/first:v1") && items.contains("rancher/last:v1"))

        try directory.shell("rm -r rancher-oci-charts")
        let loaded = try load(list)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.lines.contains { $0.hasPrefix("1.2.3_up0.1.0: digest: sha256:d84b96882d8e") })
        let manifest = source.manifest("rancher/charts/demo", "1.2.3_up0.1.0")
        #expect(manifest != nil && target.manifest("rancher/charts/demo", "1.2.3_up0.1.0") == manifest)
    }

    @Test(arguments: [true, false])
    func aChartFromTheDirectoryAlone(hasArchive: Bool) throws {
        let images = hasArchive ? ["rancher/first:v1"] : []
        if hasArchive { #expect(try save(images).status == 0) }
        try directory.write(content, to: Self.file)
        try directory.write("signed", to: Self.file + ".prov")
        let loaded = try load([Self.chart] + images)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.lines.last == "Helm chart push: ./\(Self.file) -> oci://\(target.authority)/rancher/charts")
        try expectChart(hasProvenance: true)
        #expect((target.manifest("rancher/first", "v1") != nil) == hasArchive)
        #expect(loaded.errors.contains("the charts are looked for in ./rancher-oci-charts") != hasArchive)
    }

    @Test func aListWithImagesNeedsItsArchive() throws {
        try directory.write(content, to: Self.file)
        let loaded = try load([Self.chart, "rancher/first:v1"])
        #expect(loaded.status == 1)
        #expect(target.requests.isEmpty)
    }

    @Test func aMissingChartEndsTheLoad() throws {
        #expect(try save(["rancher/first:v1"]).status == 0)
        let other = "rancher/charts/other:1.0.0"
        try directory.write(content, to: Self.file)
        let loaded = try load([other, Self.chart, "rancher/first:v1"])
        #expect(loaded.status == 1)
        #expect(loaded.lines.contains("ERROR: Chart file missing: ./rancher-oci-charts/other-1.0.0.tgz"))
        #expect(loaded.errors.contains("1 of 1 image and 0 of 2 charts loaded, 2 failed"))
        #expect(target.manifest("rancher/first", "v1") != nil)
        #expect(target.manifest("rancher/charts/demo", "1.2.3_up0.1.0") == nil)
    }

    @Test func aFileThatIsNoChartEndsTheLoad() throws {
        try directory.write("no chart", to: "rancher-oci-charts/a-1.tgz")
        try directory.write(content, to: Self.file)
        let loaded = try load(["rancher/charts/a:1", Self.chart])
        #expect(loaded.status == 1)
        #expect(loaded.errors.contains("rancher/charts/a:1: ./rancher-oci-charts/a-1.tgz: it is no chart: "))
        #expect(target.repositories.isEmpty)
    }

    @Test func aRefusedChartOfTheArchiveIsStatus1() throws {
        let list = [Self.chart, "rancher/first:v1"]
        #expect(try save(list).status == 0)
        target.add(
            FakeFault(.error(403, "DENIED"), method: "PUT", target: "/rancher/charts/demo/manifests/", times: .max)
        )
        let loaded = try load(list)
        #expect(loaded.status == 1)
        #expect(target.manifest("rancher/first", "v1") != nil)
    }

    @Test(arguments: [true, false])
    func aChartThatFailsEndsTheSave(isThere: Bool) throws {
        let chart = isThere ? Self.chart : "rancher/charts/none:1.0.0"
        if isThere {
            source.add(FakeFault(.error(404, "BLOB_UNKNOWN"), target: "/rancher/charts/demo/blobs/", times: .max))
        }
        try directory.write("older", to: "rancher-images.tar.gz")
        let saved = try save(["rancher/first:v1", chart])
        #expect(saved.status == 1)
        #expect(saved.lines.contains("Chart pull FAILED: \(source.authority)/\(chart)"))
        #expect(saved.lines.last == "Cannot proceed with incomplete artifact set.")
        #expect(saved.errors.contains("\(source.authority)/\(chart): "))
        #expect(try directory.text("rancher-images.tar.gz") == "older")
        #expect(try directory.shell("ls rancher-oci-charts").isEmpty)
        #expect(!source.requests.contains { $0.path.hasPrefix("/v2/rancher/first/blobs/") }, "nothing else is fetched")
    }

    @Test func aChartNameThatResolvesToAnImageIsAnImage() throws {
        addImage("rancher/charts/image", to: source)
        let saved = try save(["rancher/charts/image:v1"])
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.errors.contains("it is no Helm chart: the archive has it, and no file is written for it"))
        #expect(try directory.shell("ls rancher-oci-charts").isEmpty)
    }

    @Test func graphDriverArchivesHaveChartsInFiles() throws {
        let list = ["rancher/tiny:v1", Self.chart, "rancher/tiny:v1-again"]
        for name in list where name != Self.chart { try addTiny(as: name) }
        let saved = try save(list, "--archive-format docker")
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(
            saved.lines == [
                "Pulling chart: \(source.authority)/\(Self.chart)...",
                "Chart pull success: \(source.authority)/\(Self.chart)",
                "Image pull success: \(source.authority)/rancher/tiny:v1",
                "Image pull success: \(source.authority)/rancher/tiny:v1-again",
                "Creating rancher-images.tar.gz with 2 images",
                "OCI Helm charts saved in ./rancher-oci-charts/ (1 files). Used by rancher-load-images.sh."
                    + " Remove with: rm -rf ./rancher-oci-charts",
            ]
        )
        #expect(try directory.bytes(Self.file) == content)
        let items = try directory.shell("tar xzOf rancher-images.tar.gz manifest.json")
        #expect(String(decoding: items, as: UTF8.self).contains("tiny:v1-again"))
    }

    /// Adds an image that graph drivers support.
    private func addTiny(as name: String) throws {
        let parts = name.split(separator: ":").map(String.init)
        for hex in [
            "4d1ac372d153399d49e1b10d83945092c72f4f6054fa530e1cc1d9a55a91face",
            "0f912b9023022d29119104edd0c4072154af9f0064b87082a5a6294722b138e9",
            "42813ff4514d6c8d8b798ac264b4169663e37c1132a2936939596a2cf1009e12",
        ] { source.addBlob(try Self.blob(hex), repository: parts[0]) }
        let manifest = try Self.blob("9d147502bca8eac69ec061744c3618b5f7dfc410ca18ccbe9829f809694be360")
        source.addManifest(manifest, mediaType: .dockerManifest, repository: parts[0], tag: parts[1])
    }

    // MARK: The docker engine without support of docker and helm (D13)

    @Test func chartsAreSavedAndLoadedWithoutHelm() throws {
        let list = ["rancher/first:v1", Self.chart]
        let saved = try save(list, hasDocker: true)
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.errors.contains("there is no helm 3.8 or later: the charts are moved without them"))
        #expect(
            saved.lines == [
                "Pulling chart: \(source.authority)/\(Self.chart)...",
                "Chart pull success: \(source.authority)/\(Self.chart)",
                "Image pull success: \(source.authority)/rancher/first:v1",
                "Creating rancher-images.tar.gz with 1 images",
                "OCI Helm charts saved in ./rancher-oci-charts/ (1 files). Used by rancher-load-images.sh."
                    + " Remove with: rm -rf ./rancher-oci-charts",
            ]
        )
        #expect(try directory.bytes(Self.file) == content)
        let loaded = try load(list, hasDocker: true)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.lines == ["Helm chart push: ./\(Self.file) -> oci://\(target.authority)/rancher/charts"])
        try expectChart()
    }

    @Test func theNamedDockerEngineBehavesAsTheScripts() throws {
        let saved = try save([Self.chart], "--engine docker", hasDocker: true)
        #expect(saved.status == 1)
        #expect(saved.lines.contains("Alternative: install the helm CLI:"))
        #expect(source.requests.isEmpty)
    }
}
