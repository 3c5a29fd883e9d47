import DockerArchive
import Hashing
import ImageModel
import TestSupport
import Testing

/// Sizes that cannot be true; they come from registries, so nothing may be computed with them unseen.
@Suite(.timeLimit(.minutes(5))) struct LayoutErrorTests {
    @Test func twoSizesOfOneBlob() throws {
        let images = [try Self.image("x:1", layerSizes: [5]), try Self.image("x:2", layerSizes: [6])]
        let error = #expect(throws: LayoutError.self) { try ContainerdLayout(of: images) }
        #expect(error?.reason == .contradiction)
        #expect(
            error?.description
                == "x:2: its manifest tells another size of \(Self.digest(0)) than that of an image before it; one of the two"
                + " is damaged in the registry"
        )
    }

    @Test(arguments: [[Int64.max], [1 << 60], [1 << 59, 1 << 59], [1, .max]])
    func moreThanAnArchiveCanHold(sizes: [Int64]) throws {
        let image = try Self.image("x:1", layerSizes: sizes)
        let error = #expect(throws: LayoutError.self) { try ContainerdLayout(of: [image]) }
        #expect(error?.reason == .tooLarge)
        #expect(
            try #require(error).description
                .hasPrefix("x:1: its manifest tells that \(Self.digest(sizes.count - 1)) has")
        )
    }

    @Test func whatAnArchiveCanHoldIsPlanned() throws {
        // 8 GiB and more need an extended header; a petabyte is only a number here.
        let layout = try ContainerdLayout(of: [try Self.image("x:1", layerSizes: [8 << 30, 1 << 50])])
        let plan = try ArchivePlan(layout)
        #expect(plan.length > 1 << 50)
        #expect(plan.length < (1 << 50) + (1 << 38))
    }

    private static func digest(_ number: Int) -> Digest {
        Digest(.sha256, bytes: [UInt8](repeating: UInt8(number), count: 32))
    }

    private static func image(_ name: String, layerSizes: [Int64]) throws -> SavedImage {
        let layers = layerSizes.enumerated().map { #"{"digest":"\#(digest($0))","size":\#($1)}"# }
        let json = #"{"config":{"digest":"\#(digest(255))","size":9},"layers":[\#(layers.joined(separator: ","))]}"#
        let manifest = try Manifest(bytes: Array(json.utf8))
        return SavedImage(reference: try Reference(name), top: manifest, descendants: [], principal: manifest)
    }
}
