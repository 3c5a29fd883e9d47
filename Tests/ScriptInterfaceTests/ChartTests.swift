import ScriptInterface
import Testing

@Suite(.timeLimit(.minutes(2))) struct ChartTests {
    @Test func partsOfAReference() throws {
        let chart = try #require(Chart("registry.example.com:5000/rancher/charts/fleet:107.0.0_up0.13.0"))
        #expect(chart.name == "registry.example.com:5000/rancher/charts/fleet", "D12: a port is no tag")
        #expect(chart.version == "107.0.0+up0.13.0")
        #expect(chart.url == "oci://registry.example.com:5000/rancher/charts/fleet")
        #expect(chart.namespaceURL == "oci://registry.example.com:5000/rancher/charts")
        #expect(chart.file == "./rancher-oci-charts/fleet-107.0.0+up0.13.0.tgz")
    }

    @Test(arguments: [
        "rancher/charts/fleet", "r:5000/rancher/charts/fleet", "rancher/charts/fleet:", ":1", "a/b@sha256:00",
    ])
    func referencesWithoutATag(_ reference: String) {
        #expect(Chart(reference) == nil)
    }

    private static let registries: [(String, Bool)] = [
        ("localhost:5000", true), ("127.0.0.1/proj", true), ("0.0.0.0", true), ("registry.example.com", false),
    ]

    @Test(arguments: registries)
    func plainHTTP(_ registry: String, _ isPlain: Bool) {
        #expect(Chart.usesPlainHTTP(registry: registry) == isPlain)
    }
}
