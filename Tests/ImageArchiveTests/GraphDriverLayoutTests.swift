import ImageArchive
import OCI
import Tar
import TestSupport
import Testing

/// Archives of real dockers, made again from what is in them.
@Suite(.timeLimit(.minutes(5))) struct GraphDriverLayoutTests {
    static let samples: [(String, GraphDriverFormat)] = [
        ("docker/graph-20.10.24-4img.tar", .legacy),
        ("docker/graph-26.1.5-4img.tar", .docker),
        ("docker/graph-28.5.2-4img.tar", .docker),
        ("docker/graph-28.5.2-by-id.tar", .docker),
        ("saved/docker-20.10/rancher-images.tar.gz", .legacy),
        ("saved/docker-26.1/rancher-images.tar.gz", .docker),
        ("saved/docker-28.5/rancher-images.tar.gz", .docker),
    ]

    /// To the byte, but for times of the day, instead of which those stand that later versions write.
    @Test(arguments: samples)
    func theTarIsThatOfDocker(name: String, format: GraphDriverFormat) throws {
        let sample = try GraphDriverSample(name, format)
        let made = try tar(format.layout(of: sample.images), sample.layers)
        let entries = try rawEntries(of: made)
        #expect(entries.map(\.header.name) == sample.entries.map(\.header.name))
        var expected: [UInt8] = []
        for (entry, original) in zip(entries, sample.entries) {
            var header = original.header
            #expect(try header.encoded() == original.headerBytes)
            if name.contains("26.1.5"), header.name == "blobs/" {
                // Before 28 an image without a time does not change the time of the directory.
                header.modificationTime = 0
            } else if header.modificationTime >= Self.whenTheSamplesWereMade {
                header.modificationTime = try #require(Self.time(entry.header, format), "\(header.name)")
            }
            expected += try header.encoded() + original.content
            expected += [UInt8](repeating: 0, count: header.padding)
        }
        let isSame = made == expected + TarHeader.endOfArchive
        #expect(isSame)
    }

    /// The images of the samples are older.
    private static let whenTheSamplesWereMade: Int64 = 1_790_000_000

    /// Returns the time that replaces the current time; `nil` if docker does not write the current time.
    private static func time(_ header: TarHeader, _ format: GraphDriverFormat) -> Int64? {
        switch (format, header.name) {
        case (.legacy, let name) where name.contains("/"): header.modificationTime
        case (.docker, "blobs/sha256/"), (.docker, "index.json"): 0
        // Before 28 that of an image without a time of its own.
        case (.docker, let name) where name.hasPrefix("blobs/sha256/"): 0
        default: nil
        }
    }

    /// The test vector: layers of which the second and the fourth are the same empty tar.
    @Test func theIdentifiersAreDockers() throws {
        let sample = try GraphDriverSample("docker/graph-20.10.24-4img.tar", .legacy)
        let names = Set(LegacyLayout(of: sample.images).entries([:]).map(\.header.name))
        for id in [
            "0a54398fb8ac89c12298c532557c84344d94adc53be114d6b1a2fe3c0b86b0fc",
            "5ffb5137f9aabbd1807340a1181cf152e7e5de2fe548352bdaa57f0327616c36",
            "904fa9a64c45d434809a99c70e6cfa452ff1da4f874a3f01026860665a4bb155",
            "cfb78dca7bda3d3de21bf718a41695206bd56302d478ad20310b0984882d1e6d",
        ] {
            #expect(names.contains("\(id)/json"))
        }
    }

    @Test func onlyTheFirstImageWithoutANameIsListed() throws {
        let sample = try GraphDriverSample("docker/graph-28.5.2-4img.tar", .docker)
        let images = try sample.images.suffix(2).map { try unnamed($0, of: sample) }
        let layout = DockerLayout(of: images)
        #expect(layout.unlistedImages == [images[1].reference])
        let index = try text("index.json", layout, sample)
        #expect(index.split(separator: #""digest""#).count == 2, "one entry")
        #expect(!index.contains("annotations"))
        #expect(try text("manifest.json", layout, sample).split(separator: #""RepoTags":null"#).count == 3)
        #expect(try text("repositories", layout, sample) == "")
    }

    @Test func foreignLayersKeepTheirSource() throws {
        let sample = try GraphDriverSample("docker/graph-28.5.2-by-id.tar", .docker)
        let foreign = #"{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","#
        let digest = ContentHash.digest(of: [1])
        let url = "https://example.com/layer"
        for format in [GraphDriverFormat.docker, .legacy] {
            let image = try unnamed(
                try #require(sample.images.first),
                of: sample,
                bottom: Descriptor(
                    mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                    digest: digest,
                    size: 9,
                    urls: [url]
                ),
                format
            )
            let layout = format.layout(of: [image])
            let items = try text("manifest.json", layout, sample)
            #expect(items.contains(foreign + #""size":9,"digest":"\#(digest)","urls":["\#(url)"]}"#))
            #expect(layout.entries([:]).contains { $0.content == .layer(image.layers[0].diffID) })
            guard format == .docker else { continue }
            let manifest = layout.entries(sample.layers.mapValues { Int64($0.count) })
                .contains { entry in
                    guard case .bytes(let bytes) = entry.content else { return false }
                    return String(decoding: bytes, as: UTF8.self)
                        .contains(foreign + #""digest":"\#(digest)","size":9,"urls":["\#(url)"]}"#)
                }
            #expect(manifest)
        }
    }

    /// The image by its digest, as if it had been pulled so.
    private func unnamed(
        _ image: GraphDriverImage,
        of sample: GraphDriverSample,
        bottom: Descriptor? = nil,
        _ format: GraphDriverFormat = .docker
    ) throws -> GraphDriverImage {
        let configuration = try #require(sample.entries.first { $0.header.name.hasSuffix(image.id.hex) })
        var layers = image.layers.map(\.descriptor)
        if let bottom { layers[0] = bottom }
        return try GraphDriverImage(
            try Reference("rancher/x@\(image.id)"),
            configuration: configuration.content,
            layers: layers,
            os: "linux",
            format: format
        )
    }

    private func text(_ name: String, _ layout: any GraphDriverLayout, _ sample: GraphDriverSample) throws -> String {
        let entry = layout.entries(sample.layers.mapValues { Int64($0.count) }).first { $0.header.name == name }
        guard case .bytes(let bytes) = entry?.content else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
