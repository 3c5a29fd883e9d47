import ImageArchive
import OCI
import SystemIO
import TestSupport
import Testing

/// Archives that are read by seeking.
@Suite(.timeLimit(.minutes(5))) struct DockerArchiveTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func writtenContentIsRead() throws {
        let (images, store) = try listedSamples()
        let path = directory.path("a.tar.gz")
        try write(images, store, to: try ArchiveOutput(path: path))
        let archive = try DockerArchive(path: path)
        #expect(archive.images.map(\.reference) == images.map(\.reference))
        #expect(archive.images.map(\.id) == images.map(\.top.digest))
        for image in images {
            for manifest in image.manifests {
                #expect(try archive.manifest(manifest.descriptor)?.bytes == manifest.bytes)
            }
            for blob in image.blobs {
                let content = try #require(archive.blob(blob.digest))
                #expect(content.size == blob.size)
                #expect(try content.bytes(of: "it", limit: 1 << 20) == store.blobs[blob.digest])
            }
            for layer in image.foreignLayers { #expect(archive.blob(layer.digest) == nil) }
        }
    }

    @Test func contentCanBeReadRepeatedly() throws {
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("a")))
        let archive = try DockerArchive(path: directory.path("a"))
        let blob = try #require(images[0].blobs.last)
        let content = try #require(archive.blob(blob.digest))
        let (first, second) = (try content.open(), try content.open())
        #expect(try first.skip(1_000) == 1_000)
        #expect(try first.readBytes(1 << 20) == Array((store.blobs[blob.digest] ?? []).dropFirst(1_000)))
        #expect(try first.readBytes(1).isEmpty)
        #expect(try second.readBytes(1 << 20) == store.blobs[blob.digest])
        let error = #expect(throws: ArchiveError.self) { try content.bytes(of: "layer", limit: Int(blob.size) - 1) }
        #expect(error?.description == "its layer has \(blob.size) bytes, more than it may have")
    }

    @Test func missingEntriesAreNotFound() throws {
        let (images, store) = try listedSamples()
        try write(Array(images.prefix(1)), store, to: try ArchiveOutput(path: directory.path("a")))
        let archive = try DockerArchive(path: directory.path("a"))
        let absent = try #require(images.last)
        #expect(archive.blob(absent.top.digest) == nil)
        #expect(try archive.manifest(absent.top.descriptor) == nil)
    }

    @Test(arguments: ["list.txt", "source/index.json"])
    func whatIsNoArchive(name: String) {
        let error = #expect(throws: ArchiveError.unknownLayout) { try DockerArchive(path: Fixtures.path(name)) }
        #expect(error?.description == "it is not an archive of images: neither a tar nor one that is compressed")
    }

    @Test func otherThanAFile() throws {
        #expect(throws: (any Error).self) { try DockerArchive(path: directory.path) }
        #expect(throws: (any Error).self) { try DockerArchive(path: "/dev/null") }
        try directory.write("", to: "empty")
        #expect(throws: ArchiveError.self) { try DockerArchive(path: directory.path("empty")) }
        let error = #expect(throws: FileError.self) { try DockerArchive(path: directory.path("absent")) }
        #expect(error?.description == "cannot open \(directory.path("absent")): No such file or directory")
    }
}
