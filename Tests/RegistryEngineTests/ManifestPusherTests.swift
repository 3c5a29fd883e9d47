import Registry
import Testing

@testable import RegistryEngine

/// Responses of a registry to a manifest whose layers have URLs.
@Suite(.timeLimit(.minutes(1))) struct ManifestPusherTests {
    @Test(
        "whether the URLs may be what the registry does not want",
        arguments: [
            (400, true), (405, true), (413, true), (415, true), (422, true), (500, true), (401, false), (403, false),
            (404, false), (408, false), (429, false), (502, false), (503, false), (504, false), (nil, false),
        ] as [(Int?, Bool)]
    )
    func onlyARefusedManifestIsRetriedWithoutURLs(status: Int?, isTaken: Bool) {
        let error = RegistryError(.unreachable, "the registry answered", status: status)
        #expect(ManifestPusher.mayBeForURLs(error) == isTaken)
    }
}
