import CommandLine
import FoundationEssentials
import OCI
import SampleImages
import TestSupport
import Testing

/// Signatures and bills of materials from one real registry to another, with a key from openssl.
@Suite(
    .enabled(if: Machine.hasRegistry && Machine.hasOpenSSL, "needs docker-registry and openssl"),
    .timeLimit(.minutes(5))
)
struct SignatureTests {
    private static let image = "rancher/tiny:v1"
    private static let repository = "rancher/tiny"
    private let source: DistributionRegistry
    private let target: DistributionRegistry
    private let bench: Bench
    /// The digest of the image.
    private let digest: String

    init() async throws {
        source = try await DistributionRegistry.withSamples()
        target = try DistributionRegistry()
        bench = try Bench()
        digest = try #require(try source.tags()[Self.image])
        try bench.directory.shell(
            "openssl ecparam -name prime256v1 -genkey -noout -out key.pem && openssl ec -in key.pem -pubout -out key.pub"
        )
    }

    /// The tag that cosign gives to the signature of a manifest.
    private static func tag(_ digest: String) -> String { "\(digest.replacing(":", with: "-")).sig" }

    /// - Parameter name: `:TAG`, or `@DIGEST`.
    private func push(_ referrer: SyntheticReferrer, as name: String) async throws {
        try await SampleImages.push(
            referrer.manifest,
            blobs: [referrer.configuration, referrer.layer],
            as: "\(source.authority)/\(Self.repository)\(name)"
        )
    }

    /// Signs a manifest as `cosign sign --key` does: the payload is the layer, the signature an annotation of it.
    private func sign(_ digest: String) async throws {
        let payload =
            #"{"critical":{"identity":{"docker-reference":"\#(source.authority)/\#(Self.repository)"},"image":{"docker-manifest-digest":"\#(digest)"},"type":"cosign container image signature"},"optional":null}"#
        try bench.directory.write(payload, to: "payload")
        let signature = try bench.directory.shell("openssl dgst -sha256 -sign key.pem payload | base64 -w 0")
        let annotation = #""dev.cosignproject.cosign/signature":"\#(String(decoding: signature, as: UTF8.self))""#
        try await push(SyntheticReferrer(payload, annotation: annotation), as: ":\(Self.tag(digest))")
    }

    /// Attaches a bill of materials as ORAS does, listed under the referrers tag of a registry without the API.
    private func attachBill() async throws -> SyntheticReferrer {
        let size = try source.content(digest).count
        let bill = SyntheticReferrer(
            #"{"spdxVersion":"SPDX-2.3"}"#,
            layerType: "application/spdx+json",
            subject: #"{"mediaType":"\#(MediaType.dockerManifest)","digest":"\#(digest)","size":\#(size)}"#,
            artifactType: "application/spdx+json"
        )
        try await push(bill, as: "@\(bill.digest)")
        let entry = SyntheticImage.descriptor(of: bill.manifest, MediaType.ociManifest.rawValue)
        let list = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entry)]}"#
        try await SampleImages.push(
            Array(list.utf8),
            as: "\(source.authority)/\(Self.repository):\(digest.replacing(":", with: "-"))"
        )
        return bill
    }

    /// The fields of cosign's manifest that a verification needs.
    private struct SignatureManifest: Decodable {
        struct Layer: Decodable {
            var mediaType: String
            var digest: String
            var annotations: [String: String]
        }
        var layers: [Layer]
    }

    /// Verifies a manifest's signature in the registry as `cosign verify --key` does.
    private func verify(_ digest: String) throws {
        let tag = try #require(try target.tags()["\(Self.repository):\(Self.tag(digest))"])
        let manifest = try JSONDecoder().decode(SignatureManifest.self, from: Data(try target.content(tag)))
        let layer = try #require(manifest.layers.first)
        #expect(layer.mediaType == SyntheticReferrer.signatureType)
        let payload = try target.content(layer.digest)
        #expect(String(decoding: payload, as: UTF8.self).contains(#""docker-manifest-digest":"\#(digest)""#))
        try bench.directory.write(payload, to: "arrived.payload")
        let signature = try #require(layer.annotations["dev.cosignproject.cosign/signature"])
        try bench.directory.write(signature, to: "arrived.signature")
        try bench.directory.shell(
            "base64 -d <arrived.signature >arrived.der && openssl dgst -sha256 -verify key.pub -signature arrived.der arrived.payload"
        )
    }

    @Test func signaturesAreValidInTheTarget() async throws {
        try await sign(digest)
        let bill = try await attachBill()
        try await sign(bill.digest.description)

        let saved = try await bench.save([Self.image], from: source.authority, ["--with-referrers", "--strict"])
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(
            saved.lines == [
                "Image pull success: \(source.authority)/\(Self.image)",
                "Creating \(bench.path("images.tar.gz")) with 1 images",
            ]
        )
        #expect(saved.errors.contains("3 signatures and attestations saved\n"))

        let loaded = try await bench.load(source: source.authority, target: target.authority, ["--strict"])
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.errors.contains("3 signatures and attestations pushed\n"))
        #expect(loaded.lines.filter { $0.hasPrefix("Loaded image") }.count == 1)
        #expect(!loaded.output.contains(".sig"))

        #expect(try target.tags()[Self.image] == digest)
        try verify(digest)
        try verify(bill.digest.description)
        #expect(try target.content(bill.digest.description) == bill.manifest)
        let list = try #require(try target.tags()["\(Self.repository):\(digest.replacing(":", with: "-"))"])
        guard case .index(let entries) = try Manifest(bytes: try target.content(list)).content else {
            Issue.record("no list of referrers")
            return
        }
        #expect(entries.map(\.digest) == [bill.digest])
    }

    /// Without the flag, the archive has no referrers, and the output is the same.
    @Test func referrersNeedTheFlag() async throws {
        try await sign(digest)
        let saved = try await bench.save([Self.image], from: source.authority)
        let loaded = try await bench.load(source: source.authority, target: target.authority)
        #expect(!(saved.errors + loaded.errors).contains("signature"))
        #expect(try target.tags().keys.sorted() == [Self.image])
        let other = try DistributionRegistry()
        let savedAgain = try await bench.save([Self.image], from: source.authority, ["--with-referrers"])
        #expect(savedAgain.output == saved.output)
        let loadedAgain = try await bench.load(source: source.authority, target: other.authority)
        #expect(loadedAgain.output == loaded.output.replacing(target.authority, with: other.authority))
        #expect(try other.tags().count == 2)
    }

    /// The older archive has the signature too, so the delta has only its manifest.
    @Test func aDeltaHasSignatures() async throws {
        try await sign(digest)
        _ = try await bench.save([Self.image], from: source.authority, ["--with-referrers"])
        try bench.directory.shell("mv images.tar.gz older.tar.gz")
        let older = bench.path("older.tar.gz")
        let saved = try await bench.save(
            [Self.image],
            from: source.authority,
            ["--with-referrers", "--since", older]
        )
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(!(try bench.directory.shell("tar xzOf images.tar.gz")).contains(Array("cosign container image".utf8)))
        _ = try await bench.load(older, source: source.authority, target: target.authority)
        let loaded = try await bench.load(source: source.authority, target: target.authority, ["--strict"])
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.errors.contains("1 signature or attestation pushed\n"))
        try verify(digest)
    }

    @Test func aDamagedSignatureIsRepaired() async throws {
        try await sign(digest)
        _ = try await attachBill()
        let saved = try await bench.save([Self.image], from: source.authority, ["--with-referrers"])
        #expect(saved.status == 0)
        let complete = try bench.directory.bytes("images.tar.gz")
        var damaged = complete
        let start = try #require(damaged.firstRange(of: Array("cosign container image".utf8))).lowerBound
        damaged[start] ^= 1
        try bench.directory.write(damaged, to: "images.tar.gz")
        let repaired = try await bench.run(.save, ["--repair", bench.path("images.tar.gz")])
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(repaired.errors.contains("is repaired: 1 of "))
        #expect(try bench.directory.bytes("images.tar.gz") == complete)
    }

    @Test func missingReferrersFailOnlyStrictRuns() async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let list = ManyImages.add(to: registry, largeSize: 1_000)
        let parts = list[0].split(separator: ":").map(String.init)
        let manifest = try #require(registry.manifest(parts[0], parts[1]))
        registry.sign(manifest.digest, repository: parts[0])
        registry.add(FakeFault(.error(403, "DENIED"), target: ".sig", times: .max))
        for (words, status) in [([], 0), (["--strict"], 1)] as [([String], Int32)] {
            let saved = try await bench.save([list[0]], from: registry.authority, ["--with-referrers"] + words)
            #expect(saved.status == status)
            #expect(saved.errors.contains("a signature or attestation is left out: \(registry.authority) answered 403"))
            #expect(saved.errors.contains("0 signatures and attestations saved\n"))
            #expect(saved.errors.contains("1 of 1 image saved\n"))
        }
        registry.removeFaults()
        _ = try await bench.save([list[0]], from: registry.authority, ["--with-referrers"])
        registry.add(FakeFault(.error(403, "DENIED"), method: "PUT", target: ".sig", times: .max))
        for (words, status) in [([], 0), (["--strict"], 1)] as [([String], Int32)] {
            let loaded = try await bench.load(
                source: registry.authority,
                target: "\(registry.authority)/mirror",
                words
            )
            #expect(loaded.status == status)
            #expect(
                loaded.errors.contains("a signature or attestation is left out: \(registry.authority) answered 403")
            )
        }
    }

    @Test func otherArchiveFormatsAreRefused() async throws {
        let saved = try await bench.save(
            [Self.image],
            from: source.authority,
            ["--with-referrers", "--archive-format", "legacy"]
        )
        #expect(saved.status == 1)
        #expect(saved.lines.isEmpty)
        #expect(saved.errors.contains("--with-referrers needs --archive-format containerd"))
        #expect(try bench.directory.names().filter { $0.hasPrefix("images") }.isEmpty)
    }
}
