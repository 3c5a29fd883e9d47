import ImageArchive
import OCI
import TestSupport
import Testing

/// Entries of `index.json` that refer to others.
@Suite(.timeLimit(.minutes(1))) struct ReferrerReadingTests {
    private static let subject = "sha256:\(String(repeating: "0123456789abcdef", count: 4))"

    private static func archive(_ annotations: String) throws -> DockerArchive {
        let image = try SyntheticImage("x:1", layers: ["one"])
        let referrer = SyntheticReferrer("signature")
        let entries = [
            SyntheticImage.descriptor(
                of: image.manifest,
                MediaType.ociManifest.rawValue,
                #","annotations":{"io.containerd.image.name":"x:1"}"#
            ),
            SyntheticImage.descriptor(
                of: referrer.manifest,
                MediaType.ociManifest.rawValue,
                #","annotations":{\#(annotations)}"#
            ),
        ]
        var tar = SyntheticImage.layout([image])
        tar["index.json"] = Array(#"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#.utf8)
        let directory = try TemporaryDirectory()
        try directory.write(try tar.bytes(), to: "a.tar")
        return try DockerArchive(path: directory.path("a.tar"))
    }

    /// As Docker 29.1 saves them.
    @Test func referrersWithoutRepositoryBelongToAll() throws {
        let archive = try Self.archive(#""io.containerd.manifest.subject":"\#(Self.subject)""#)
        #expect(archive.images.map(\.reference?.familiar) == ["x:1"])
        let referrer = try #require(archive.referrers.first)
        #expect(referrer.manifest.digest == SyntheticReferrer("signature").digest)
        #expect(referrer.subject.description == Self.subject)
        #expect(referrer.repository == nil)
        #expect(referrer.tag == nil)
    }

    @Test func theNameHasRepositoryAndTag() throws {
        let archive = try Self.archive(
            #""io.containerd.manifest.subject":"\#(Self.subject)","io.containerd.image.name":"r.example:5000/x:t.sig""#
        )
        #expect(archive.referrers.map(\.repository?.description) == ["r.example:5000/x"])
        #expect(archive.referrers.map(\.tag) == ["t.sig"])
    }

    @Test func aReferrerWithoutTagHasItsRepository() throws {
        let archive = try Self.archive(
            #""io.containerd.manifest.subject":"\#(Self.subject)","io.rancher.images.repository":"r.example:5000/x""#
        )
        #expect(archive.referrers.map(\.repository?.description) == ["r.example:5000/x"])
    }

    @Test(
        arguments: [
            #""io.containerd.manifest.subject":"nothing""#,
            #""io.containerd.manifest.subject":"\#(subject)","io.rancher.images.repository":"A B""#,
            #""io.containerd.manifest.subject":"\#(subject)","io.containerd.image.name":"A B""#,
        ]
    )
    func whatIsNoSubjectOrNameIsRefused(annotations: String) {
        #expect(throws: ArchiveError.self) { try Self.archive(annotations) }
    }
}
