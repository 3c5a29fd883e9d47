import ImageArchive
import OCI
import TestSupport
import Testing

/// Sizes that cannot be true; they come from registries, so nothing may be computed with them unseen.
@Suite(.timeLimit(.minutes(5))) struct BlobSizesTests {
    @Test func theFirstManifestCounts() throws {
        var sizes = BlobSizes()
        try sizes.add(try Self.image("x:1", layerSizes: [5]))
        let error = #expect(throws: BlobSizeError.self) { try sizes.add(try Self.image("x:2", layerSizes: [6])) }
        #expect(
            error?.description
                == "its manifest states 6 bytes for \(Self.digest(0)), which has another size; it is damaged in the registry"
        )
        try sizes.add(try Self.image("x:3", layerSizes: [5]))
    }

    @Test func verifiedSizesCountBeforeManifests() throws {
        var sizes = BlobSizes(known: [Self.digest(0): 6])
        #expect(throws: BlobSizeError.self) { try sizes.add(try Self.image("x:1", layerSizes: [5])) }
        try sizes.add(try Self.image("x:2", layerSizes: [6]))
    }

    @Test func disputedBlobsAreNamedWithTheirImages() throws {
        let images = [
            try Self.image("x:1", layerSizes: [5, 7]), try Self.image("x:2", layerSizes: [6, 7]),
            try Self.image("x:3", layerSizes: [5]),
        ]
        let disputed = BlobSizes.disputed(in: images)
        #expect(disputed.mapValues { $0.map(\.reference.familiar) } == [Self.digest(0): ["x:1", "x:2", "x:3"]])
        #expect(BlobSizes.disputed(in: [images[0], images[2]]).isEmpty)
    }

    @Test func tooManyBytesForAnArchive() throws {
        let layerSizes = [Int64](repeating: Descriptor.sizeLimit, count: 1024)
        let image = try Self.image("x:1", layerSizes: layerSizes)
        var sizes = BlobSizes()
        let error = #expect(throws: BlobSizeError.self) { try sizes.add(image) }
        #expect(error?.reason == .tooLarge)
        #expect(
            try #require(error).description
                .hasPrefix(
                    "its manifest states \(Descriptor.sizeLimit) bytes for \(Self.digest(layerSizes.count - 1)), more"
                )
        )
        // Nothing of an image that is refused counts.
        try sizes.add(try Self.image("x:2", layerSizes: [1, 1]))
    }

    @Test func anImageMustFitOnTheFileSystem() throws {
        let image = try Self.image("x:1", layerSizes: [1 << 40, 5, 1 << 40])
        let size: Int64 = 9 + 5 + (2 << 40)
        try BlobSizes.check(image, capacity: size)
        try BlobSizes.check(try Self.image("x:2", layerSizes: [(1 << 40) - 9]), capacity: 64 << 10)
        try BlobSizes.check(image, capacity: nil)
        let error = #expect(throws: BlobSizeError.self) { try BlobSizes.check(image, capacity: size - 1) }
        #expect(error?.reason == .exceeds(capacity: size - 1, size: size))
        // What the archive leaves out takes no space.
        var omitted = OmittedBlobs()
        omitted.add([Self.digest(0)], of: "older.tar.gz")
        try BlobSizes.check(image, omitting: omitted, capacity: size - 1)
    }

    @Test func largeArchivesArePlanned() throws {
        // 8 GiB and more need an extended header; a petabyte is only a number here.
        let layout = ContainerdLayout(of: [try Self.image("x:1", layerSizes: [8 << 30, 1 << 50])])
        let plan = try ArchivePlan(layout)
        #expect(plan.length > 1 << 50)
        #expect(plan.length < (1 << 50) + (1 << 38))
    }

    private static func digest(_ number: Int) -> Digest {
        Digest(.sha256, bytes: [UInt8](repeating: UInt8(number / 256), count: 31) + [UInt8(number % 256)])
    }

    private static func image(_ name: String, layerSizes: [Int64]) throws -> SavedImage {
        let layers = layerSizes.enumerated().map { #"{"digest":"\#(digest($0))","size":\#($1)}"# }
        let json = #"{"config":{"digest":"\#(digest(65_535))","size":9},"layers":[\#(layers.joined(separator: ","))]}"#
        let manifest = try Manifest(bytes: Array(json.utf8))
        return SavedImage(reference: try Reference(name), top: manifest, descendants: [], principal: manifest)
    }
}
