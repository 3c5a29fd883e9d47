import Engine
import OCI
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ArchiveListingTests {
    @Test func absurdSizesAreListed() throws {
        let components = (0..<9_000)
            .map { number in
                let bytes = [UInt8](repeating: 1, count: 30) + [UInt8(number / 256), UInt8(number % 256)]
                return ImageSummary.Component(.layer, Digest(.sha256, bytes: bytes), size: Descriptor.sizeLimit)
            }
        let image = ImageSummary(reference: nil, digest: components[0].digest, components: components)
        let listing = ArchiveListing([image, image])
        #expect(image.size == .max)
        #expect(listing.size == .max)
        #expect(listing.sharedSize(of: image) == .max)
        #expect("\(ByteCount(image.size))" == "9223 PB")
    }
}
