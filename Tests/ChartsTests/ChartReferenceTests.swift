import Charts
import Testing

@Suite(.timeLimit(.minutes(2))) struct ChartReferenceTests {
    @Test func partsOfAReference() {
        let chart = ChartReference("registry.example.com:5000/rancher/charts/fleet:107.0.0_up0.13.0")
        #expect(chart.name == "registry.example.com:5000/rancher/charts/fleet", "D12: a port is not a tag")
        #expect(chart.hasOtherVersionInScripts)
        #expect(chart.version == "107.0.0+up0.13.0")
        #expect(chart.url == "oci://registry.example.com:5000/rancher/charts/fleet")
        #expect(chart.file == "./rancher-oci-charts/fleet-107.0.0+up0.13.0.tgz")
    }

    /// The results of bash for `${i%:*}`, `${i##*:}` and the parts of the first.
    private static let oddReferences: [(reference: String, name: String, version: String, file: String)] = [
        ("rancher/charts/", "rancher/charts/", "rancher/charts/", "./rancher-oci-charts/-rancher/charts/.tgz"),
        ("rancher/charts/x", "rancher/charts/x", "rancher/charts/x", "./rancher-oci-charts/x-rancher/charts/x.tgz"),
        ("rancher/charts/x:", "rancher/charts/x", "", "./rancher-oci-charts/x-.tgz"),
        ("rancher/charts/x@sha256:0f", "rancher/charts/x@sha256", "0f", "./rancher-oci-charts/x@sha256-0f.tgz"),
        ("h:5/rancher/charts/x", "h", "5/rancher/charts/x", "./rancher-oci-charts/h-5/rancher/charts/x.tgz"),
        ("rancher/charts/x:1__2", "rancher/charts/x", "1++2", "./rancher-oci-charts/x-1++2.tgz"),
    ]

    @Test(arguments: oddReferences)
    func referencesAreSplitWithoutValidation(_ reference: String, _ name: String, _ version: String, _ file: String) {
        let chart = ChartReference(reference)
        #expect(chart.name == name)
        #expect(chart.version == version)
        #expect(chart.file == file)
        #expect(!chart.hasOtherVersionInScripts)
    }

    private static let namespaces: [(reference: String, registry: String, url: String)] = [
        ("rancher/charts/fleet:1", "r:5000", "oci://r:5000/rancher/charts"),
        ("rancher/charts/fleet:1", "r:5000/p/", "oci://r:5000/p/rancher/charts"),
        ("rancher/charts/fleet:1", "r//", "oci://r//rancher/charts"),
        ("h:rancher/charts/x", "r", "oci://r/h"),
    ]

    @Test(arguments: namespaces)
    func namespace(_ reference: String, _ registry: String, _ url: String) {
        #expect(ChartReference(reference).namespaceURL(in: registry) == url)
    }

    private static let registries: [(String, Bool)] = [
        ("localhost:5000", true), ("127.0.0.1/proj", true), ("0.0.0.0", true), ("registry.example.com", false),
        ("http://localhost:5000", true), ("https://127.0.0.1/", true), ("https://registry.example.com", false),
    ]

    @Test(arguments: registries)
    func plainHTTP(_ registry: String, _ isPlain: Bool) {
        #expect(ChartReference.usesPlainHTTP(registry: registry) == isPlain)
    }
}
