import ImageArchive
import OCI
import TestSupport
import Testing

/// Reads archives in the layouts of graph drivers.
@Suite(.timeLimit(.minutes(5))) struct LoadingTests {
    @Test(
        "an archive of ours comes to the manifests that docker's comes to",
        arguments: [
            ("saved/docker-20.10/rancher-images.tar.gz", GraphDriverFormat.legacy),
            ("saved/docker-28.5/rancher-images.tar.gz", .docker),
        ],
        [OuterCompression.none, .gzip(level: 6)]
    )
    func ourOwn(archive: (name: String, format: GraphDriverFormat), wrapping: OuterCompression) throws {
        let directory = try TemporaryDirectory()
        let sample = try GraphDriverSample(archive.name, archive.format)
        let output = try ArchiveOutput(path: directory.path("ours"))
        let layout = archive.format.layout(of: sample.images)
        try write(layout, sample.layers, wrapping: wrapping, to: output, in: directory)
        try output.commit()
        let ours = try manifests(in: directory.path("ours"), directory)
        #expect(!ours.isEmpty)
        #expect(try ours == manifests(in: Fixtures.path(archive.name), directory))
    }

    /// The manifests of an archive's images, which name their blobs by digest, by the images' names.
    private func manifests(in path: String, _ directory: TemporaryDirectory) throws -> [String: [UInt8]] {
        let archive = try DockerArchive(path: path, temporaryDirectory: directory.path)
        let composer = try ImageComposer(of: archive)
        var manifests: [String: [UInt8]] = [:]
        for image in archive.images {
            let name = image.reference?.familiar ?? image.id.description
            manifests[name] = try composer.compose(image).manifest.bytes
        }
        return manifests
    }
}
