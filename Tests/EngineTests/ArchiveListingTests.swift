import Engine
import OCI
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ArchiveListingTests {
    @Test func absurdSizesAreListed() throws {
        let parts = (0..<9_000)
            .map { number in
                let bytes = [UInt8](repeating: 1, count: 30) + [UInt8(number / 256), UInt8(number % 256)]
                return ArchiveListing.Part(.layer, Digest(.sha256, bytes: bytes), size: Descriptor.sizeLimit)
            }
        let image = ArchiveListing.Image(reference: nil, digest: parts[0].digest, parts: parts)
        let listing = ArchiveListing([image, image])
        #expect(image.size == .max)
        #expect(listing.size == .max)
        #expect(listing.sharedSize(of: image) == .max)
        #expect("\(ByteCount(image.size))" == "9223 PB")
    }
}
