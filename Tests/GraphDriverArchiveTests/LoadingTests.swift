import DockerArchive
import GraphDriverArchive
import ImageModel
import TestSupport
import Testing

/// What is written in the layouts of graph drivers is read again.
@Suite(.timeLimit(.minutes(5))) struct LoadingTests {
    @Test(
        "an archive of ours comes to the manifests that docker's comes to",
        arguments: [
            ("saved/docker-20.10/rancher-images.tar.gz", GraphDriverFormat.legacy),
            ("saved/docker-28.5/rancher-images.tar.gz", .docker),
        ],
        [TarWrapping.none, .gzip(level: 6)]
    )
    func ourOwn(archive: (name: String, format: GraphDriverFormat), wrapping: TarWrapping) throws {
        let folder = try TemporaryFolder()
        let sample = try GraphDriverSample(archive.name, archive.format)
        let output = try ArchiveOutput(path: folder.path("ours"))
        let layout = archive.format.layout(of: sample.images)
        try write(layout, sample.layers, wrapping: wrapping, to: output, in: folder)
        try output.commit()
        let ours = try manifests(in: folder.path("ours"), folder)
        #expect(!ours.isEmpty)
        #expect(try ours == manifests(in: Fixtures.path(archive.name), folder))
    }

    /// The manifests of an archive's images, which name their blobs by digest, by the images' names.
    private func manifests(in path: String, _ folder: TemporaryFolder) throws -> [String: [UInt8]] {
        let archive = try DockerArchive(path: path, temporaryFolder: folder.path)
        let composer = try ImageComposer(of: archive)
        var manifests: [String: [UInt8]] = [:]
        for image in archive.images {
            let name = image.reference?.familiar ?? image.id.description
            manifests[name] = try composer.compose(image).manifest.bytes
        }
        return manifests
    }
}
