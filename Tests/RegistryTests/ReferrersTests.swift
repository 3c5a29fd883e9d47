import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// The referrers API of the OCI distribution-spec 1.1.
@Suite(.timeLimit(.minutes(2))) struct ReferrersTests {
    private let fixture: RegistryFixture
    private let subject: String

    init() throws {
        fixture = try RegistryFixture(patience: .zero)
        subject = fixture.manifestDigest.description
    }

    private func referrers(limit: Int = 100) async throws -> [Digest]? {
        try await fixture.client.referrers(of: fixture.manifestDigest, in: fixture.repository, limit: limit)?
            .map(\.digest)
    }

    @Test func pageByPage() async throws {
        fixture.registry.switches.referrersPerPage = 2
        let all = (1...5).map { fixture.registry.attach("\($0)", to: subject, repository: "rancher/x") }
        #expect(try await referrers().map(Set.init) == Set(all))
        #expect(fixture.requests("GET", "/referrers/").count == 3)
        #expect(try await referrers(limit: 3)?.count == 4)
    }

    @Test(
        "how a registry goes on with a list",
        arguments: [
            #"</v2/rancher/x/referrers/DIGEST?next=1>; rel="next""#, #"<?next=1>; rel=next"#,
            #"<HOST/v2/rancher/x/referrers/DIGEST?next=1>;rel="next""#,
            #"<https://elsewhere.example/v2/rancher/x/referrers/DIGEST?next=1>; rel="next""#,
        ]
    )
    func nextPages(link: String) async throws {
        let target = link.replacing("DIGEST", with: subject).replacing("HOST", with: fixture.registry.url)
        let entry = #"{"mediaType":"x/y","digest":"\#(subject)","size":1}"#
        let page = { (headers: LoopbackHeaders) in
            LoopbackResponse(headers: headers, text: #"{"manifests":[\#(entry)]}"#)
        }
        let type = MediaType.ociIndex.rawValue
        fixture.registry.add(FakeFault(.answer(page(["Content-Type": type])), target: "next=1"))
        fixture.registry.add(
            FakeFault(.answer(page(["Content-Type": type, "Link": target])), target: "/referrers/")
        )
        #expect(try await referrers()?.count == 2)
    }

    @Test(
        "an answer of a registry without the API",
        arguments: [
            LoopbackResponse(status: 404), LoopbackResponse(status: 400), LoopbackResponse(status: 401),
            LoopbackResponse(status: 405), LoopbackResponse(status: 501),
            LoopbackResponse(headers: ["Content-Type": "text/html"], text: "<html>"),
        ]
    )
    func withoutTheAPI(answer: LoopbackResponse) async throws {
        fixture.registry.switches.referrersPerPage = 10
        fixture.registry.add(FakeFault(.answer(answer), target: "/referrers/", times: .max))
        #expect(try await referrers() == nil)
    }

    @Test(
        "an answer that tells nothing",
        arguments: [
            (LoopbackResponse(status: 503), RegistryError.Code.unreachable),
            (LoopbackResponse(status: 429), .rateLimited),
            (LoopbackResponse(headers: ["Content-Type": MediaType.ociIndex.rawValue], text: "<"), .refused),
        ]
    )
    func failures(answer: LoopbackResponse, code: RegistryError.Code) async throws {
        fixture.registry.add(FakeFault(.answer(answer), target: "/referrers/", times: .max))
        let error = await #expect(throws: RegistryError.self) { try await referrers() }
        #expect(error?.code == code)
    }

    /// An incomplete list is a failure.
    @Test func missingPageIsAFailure() async throws {
        fixture.registry.switches.referrersPerPage = 1
        for number in 1...3 { fixture.registry.attach("\(number)", to: subject, repository: "rancher/x") }
        fixture.registry.add(FakeFault(.answer(LoopbackResponse(status: 404)), target: "from=1", times: .max))
        await #expect(throws: RegistryError.self) { try await referrers() }
    }

    @Test func recordedSubjectIsReturned() async throws {
        let descriptor = #"{"mediaType":"x/y","digest":"\#(subject)","size":1}"#
        let referrer = SyntheticReferrer("x", subject: descriptor)
        fixture.registry.add(referrer, repository: "rancher/x")
        let manifest = try Manifest(bytes: referrer.manifest)
        let name = ManifestName.digest(manifest.digest)
        #expect(try await fixture.client.put(manifest, as: name, in: fixture.repository).noted == nil)
        fixture.registry.switches.referrersPerPage = 10
        let placement = try await fixture.client.put(manifest, as: name, in: fixture.repository)
        #expect(placement.noted == fixture.manifestDigest)
    }
}
