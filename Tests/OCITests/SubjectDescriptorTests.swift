import OCI
import Testing

/// The subject of a manifest.
@Suite(.timeLimit(.minutes(1))) struct SubjectDescriptorTests {
    private static let subject = "sha256:\(String(repeating: "0123456789abcdef", count: 4))"
    private static let blob = #"{"mediaType":"application/vnd.oci.empty.v1+json","digest":"\#(subject)","size":2}"#

    private static func referral(_ fields: String) throws -> SubjectDescriptor? {
        SubjectDescriptor(of: try Manifest(bytes: Array(#"{"schemaVersion":2,\#(fields)}"#.utf8)))
    }

    @Test func theTypeIsTheManifestsOrElseTheConfigurations() throws {
        let image = #""config":\#(Self.blob),"layers":[],"subject":\#(Self.blob)"#
        let reported = try #require(try Self.referral(#""artifactType":"a/b","annotations":{"x":"y"},"# + image))
        #expect(reported.subject.description == Self.subject)
        #expect(reported.descriptor.artifactType == "a/b")
        #expect(reported.descriptor.annotations == ["x": "y"])
        #expect(try Self.referral(image)?.descriptor.artifactType == "application/vnd.oci.empty.v1+json")
        let index = try #require(try Self.referral(#""manifests":[],"subject":\#(Self.blob)"#))
        #expect(index.descriptor.artifactType == nil)
        #expect(index.descriptor.mediaType == .ociIndex)
    }

    @Test func manifestsWithoutASubjectReferToNothing() throws {
        #expect(try Self.referral(#""config":\#(Self.blob),"layers":[]"#) == nil)
        #expect(try Self.referral(#""config":\#(Self.blob),"layers":[],"subject":null"#) == nil)
        #expect(try Self.referral(#""config":\#(Self.blob),"layers":[],"subject":{"digest":"x"}"#) == nil)
    }

    @Test func referrersAndCosignTags() throws {
        let digest = try #require(Digest(Self.subject))
        #expect(digest.referrersTag == "sha256-\(digest.hex)")
        #expect(digest.cosignTags == ["sig", "att", "sbom"].map { "sha256-\(digest.hex).\($0)" })
        let long = try #require(Digest("sha512:\(digest.hex)\(digest.hex)"))
        // A tag has at most 128 characters.
        #expect(long.referrersTag == "sha512-\(digest.hex)")
    }

    @Test func listEntriesHaveTheTypeAfterThePlatform() throws {
        let descriptor = Descriptor(
            mediaType: "m/t",
            digest: try #require(Digest(Self.subject)),
            size: 2,
            annotations: ["x": "y"],
            artifactType: "a/b"
        )
        #expect(
            String(decoding: descriptor.ociJSON.compact, as: UTF8.self)
                == #"{"mediaType":"m/t","digest":"\#(Self.subject)","size":2,"annotations":{"x":"y"},"artifactType":"a/b"}"#
        )
    }
}
