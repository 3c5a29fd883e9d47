import OCI
import Synchronization
import TestSupport
import Testing

@testable import RegistryEngine

@Suite(.timeLimit(.minutes(2))) struct ThroughputProbeTests {
    private let fixture: EngineFixture
    private let registry: FakeRegistry
    private let blob: Descriptor

    init() throws {
        fixture = try EngineFixture()
        registry = try FakeRegistry(bytesPerSecond: 4 << 20)
        let digest = registry.addBlob([UInt8](repeating: 7, count: 3 << 20), repository: "rancher/x")
        blob = Descriptor(mediaType: .dockerLayer, digest: digest, size: 3 << 20)
    }

    private func sample(minimum: Int64) async throws -> Double? {
        let repository = try Reference("\(registry.authority)/rancher/x:v1").repository
        return await ThroughputProbe.bytesPerSecond([blob], by: fixture.client, minimum: minimum) { _ in repository }
    }

    @Test func theSpeedOfATransfer() async throws {
        let rate = try #require(try await sample(minimum: 1 << 20))
        #expect(rate > 1_000_000 && rate < 8_000_000, "\(rate)")
    }

    @Test func littleIsNotWorthIt() async throws {
        #expect(try await sample(minimum: 4 << 20) == nil)
        #expect(registry.requests.isEmpty)
    }
}
