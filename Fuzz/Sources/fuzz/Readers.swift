import CFuzzer
import Compression
import ImageArchive
import OCI
import SystemIO
import Tar

/// The most bytes that are decompressed, to bound the time for decompression bombs.
private let unpackingLimit: Int64 = 4 << 20

/// Reads the headers and contents of a tar.
func readTar(_ bytes: [UInt8]) throws {
    try? readEntries(bytes)
    try readEntries(sealed(bytes))
}

private func readEntries(_ bytes: [UInt8]) throws {
    let reader = TarReader(MemorySource(bytes))
    while let entry = try reader.next() {
        // Every other content is read, the rest is skipped.
        if entry.header.name.utf8.count % 2 == 0 { try reader.forEachPiece { _ in } }
    }
}

/// Decompresses bytes of a detected format with both decompressors, which must agree.
func readCompressed(_ bytes: [UInt8]) throws {
    var pulled = 0
    let pull = Result {
        let source = try Decompressor(MemorySource(bytes))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while pulled < unpackingLimit, case let count = try source.read(into: buffer), count > 0 { pulled += count }
    }
    guard case .success = pull, pulled < unpackingLimit else { return }
    var pushed = 0
    let decompressor = PushDecompressor { pushed += $0.count }
    try bytes.withUnsafeBytes(decompressor.append)
    try decompressor.finish()
    precondition(pulled == pushed, "\(pulled) bytes were pulled, \(pushed) were pushed")
}

/// Reads the JSON files of images.
func readJSON(_ bytes: [UInt8]) throws {
    _ = ImageConfiguration(bytes: bytes)
    _ = try? Manifest(bytes: bytes, digest: Digest(.sha256, bytes: [UInt8](repeating: 0, count: 32)))
    for name in ["manifest.json", "index.json"] {
        let header = TarHeader(name: name, size: Int64(bytes.count))
        let padding = [UInt8](repeating: 0, count: header.padding)
        try? openArchive(header.encoded() + bytes + padding + TarHeader.endOfArchive)
    }
}

/// Reads a reference; its description must parse to the same reference. Docker's short form need not: `docker.io/a.io/b` is
/// `a.io/b` there.
func readReference(_ bytes: [UInt8]) throws {
    let reference = try Reference(String(decoding: bytes, as: UTF8.self))
    _ = reference.familiar
    let again = try? Reference(reference.description)
    precondition(again == reference, "\(reference) is read as \(again?.description ?? "nothing")")
}

/// Reads an archive and the blobs of its images.
func readArchive(_ bytes: [UInt8]) throws {
    try openArchive(CompressionFormat.detect(bytes) == .none ? sealed(bytes) : bytes)
}

private func openArchive(_ bytes: [UInt8]) throws {
    let file = try inMemory(bytes)
    let archive = try DockerArchive(path: file.path)
    let composer = try ImageComposer(of: archive)
    for image in archive.images {
        try? read(image, of: archive, composer)
    }
}

private func read(_ image: DockerArchive.Image, of archive: DockerArchive, _ composer: ImageComposer) throws {
    guard let descriptor = image.original else {
        for content in try composer.compose(image).blobs.values { try content.open().forEachPiece { _ in } }
        return
    }
    guard case .image(let configuration, let layers) = try archive.manifest(descriptor)?.content else { return }
    for blob in [configuration] + layers {
        try archive.blob(blob.digest)?.open().forEachPiece { _ in }
    }
}
