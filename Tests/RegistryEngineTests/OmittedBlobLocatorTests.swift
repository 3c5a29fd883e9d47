import Engine
import HTTP
import OCI
import Registry
import TestSupport
import Testing

@testable import RegistryEngine

/// The search for the blobs that a delta archive omits.
@Suite(.timeLimit(.minutes(1))) struct OmittedBlobLocatorTests {
    private let registry: FakeRegistry
    private let counters = TransferCounters()

    init() throws {
        registry = try FakeRegistry()
    }

    private func repository(_ number: Int) -> Repository {
        Repository(domain: registry.authority, path: "rancher/x\(number)")
    }

    private func search(_ wanted: [BlobLocation]) async throws -> OmittedBlobLocator.Findings {
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        return try await OmittedBlobLocator(client: client, width: 4, counters: counters).run(wanted)
    }

    /// Three blobs for each of `count` images; the registry has the blobs of the first `there` images.
    private func wanted(_ count: Int, there: Int) -> [BlobLocation] {
        (0..<count)
            .flatMap { number in
                (0..<3)
                    .map { layer in
                        let content = Array("\(number) \(layer)".utf8)
                        let other = "rancher/\(number < there ? "x\(number)" : "nowhere")"
                        return BlobLocation(
                            digest: registry.addBlob(content, repository: other),
                            repository: repository(number)
                        )
                    }
            }
    }

    @Test func theNumberOfRequestsIsLimited() async throws {
        let wanted = wanted(60, there: 10)
        let findings = try await search(wanted)
        #expect(wanted.prefix(30).allSatisfy(findings.has))
        #expect(!wanted.dropFirst(30).contains(where: findings.has))
        let questions = registry.requests.count { $0.method == "HEAD" }
        // One more request verifies the registry's responses.
        #expect(questions <= 180 + 150 * 13 + 1)
    }

    @Test func aBlobOfAnotherRepositoryIsFoundOnce() async throws {
        var wanted = wanted(20, there: 3)
        let moved = wanted[0].digest
        wanted += (100..<120).map { BlobLocation(digest: moved, repository: repository($0)) }
        // The repository has most of the blobs.
        let base = registry.addBlob(Array("base".utf8), repository: "rancher/x2")
        wanted += (100..<120).map { BlobLocation(digest: base, repository: repository($0)) }
        let findings = try await search(wanted)
        for location in wanted.suffix(20) {
            #expect(try findings.repository(with: location, of: "older") == repository(2))
        }
        for location in wanted.suffix(40).prefix(20) {
            #expect(try findings.repository(with: location, of: "older") == repository(0))
        }
        let ofBase = registry.requests.count { $0.method == "HEAD" && $0.path.contains("\(base)") }
        #expect(ofBase <= 20 + 40)
    }

    @Test func anEmptyRegistryIsNotSearched() async throws {
        let wanted = wanted(20, there: 0)
        let findings = try await search(wanted)
        #expect(!wanted.contains(where: findings.has))
        #expect(registry.requests.count { $0.method == "HEAD" } == 60)
    }
}
