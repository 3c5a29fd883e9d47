import Compression
import Glibc
import ImageArchive
import OCI
import Synchronization
import SystemIO
import Tar
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct GraphDriverArchiveWriterTests {
    /// The tar that an archive has to be, put together with all sizes known.
    private static func expected(_ layout: SampleLayout) throws -> [UInt8] {
        var tar: [UInt8] = []
        for entry in layout.entries(SampleLayout.contentsByDigest.mapValues { Int64($0.count) }) {
            let content: [UInt8] =
                switch entry.content {
                case .bytes(let bytes): bytes
                case .layer(let diffID): SampleLayout.contentsByDigest[diffID] ?? []
                }
            tar += try entry.header.encoded() + content
            tar += [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(content.count)))
        }
        return tar + TarHeader.endOfArchive
    }

    struct Shape: Sendable {
        var late = 0
        var spare = 0
        var time: Int64 = 0
        let reason: String
    }

    static let shapes = [
        Shape(reason: "all is known before"),
        Shape(spare: 100_000, reason: "room that is not needed is filled"),
        Shape(late: 1000, spare: 100_000, reason: "late entries find room"),
        Shape(late: 1000, reason: "late entries find none: everything moves"),
        Shape(late: 4000, spare: 3000, reason: "late entries find too little room behind some layers"),
        Shape(late: 300_000, spare: 100_000, reason: "layers move by more than they are long"),
        Shape(time: 1 << 40, reason: "a header is longer than it was taken for, as with a size of 8 GiB"),
        Shape(spare: 2000, time: 1 << 40, reason: "a longer header finds room"),
    ]

    @Test(arguments: shapes, [true, false])
    func theTarDoesNotDependOnTheSpace(shape: Shape, isSettled: Bool) throws {
        // What is settled has nothing that comes late.
        guard !isSettled || shape.late == 0 else { return }
        let layout = SampleLayout(
            layers: SampleLayout.allLayers,
            isSettled: isSettled,
            late: shape.late,
            spare: shape.spare,
            time: isSettled ? 0 : shape.time
        )
        let expected = try Self.expected(layout)
        for wrapping in [OuterCompression.none, .gzip(level: 6), .gzip(level: 1)] {
            let directory = try TemporaryDirectory()
            let output = try ArchiveOutput(path: directory.path("archive"))
            try write(layout, SampleLayout.contentsByDigest, wrapping: wrapping, to: output, in: directory)
            try output.commit()
            let isFileSame = try Self.unwrapped(directory, wrapping) == expected
            #expect(isFileSame, "\(shape.reason), a file, \(wrapping)")

            let stream = try TemporaryDirectory()
            let file = try File(stream.path("archive"), for: .creating)
            try write(
                layout,
                SampleLayout.contentsByDigest,
                wrapping: wrapping,
                to: ArchiveOutput(stream: file),
                in: directory
            )
            let isStreamSame = try Self.unwrapped(stream, wrapping) == expected
            #expect(isStreamSame, "\(shape.reason), a stream, \(wrapping)")
            #expect(try directory.names() == ["archive"], "the temporary file has no name")
        }
    }

    private static func unwrapped(_ directory: TemporaryDirectory, _ wrapping: OuterCompression) throws -> [UInt8] {
        guard wrapping != .none else { return try directory.bytes("archive") }
        try directory.shell("gzip -t archive && tar tzf archive >/dev/null")
        return try directory.shell("gzip -dc archive")
    }

    @Test func theArchiveIsOneReproducibleMember() throws {
        let layout = SampleLayout(layers: SampleLayout.allLayers, isSettled: false, late: 500, spare: 9000)
        var archives: Set<[UInt8]> = []
        for _ in 0..<3 {
            let directory = try TemporaryDirectory()
            let output = try ArchiveOutput(path: directory.path("archive"))
            try write(layout, SampleLayout.contentsByDigest, wrapping: .gzip(level: 6), to: output, in: directory)
            try output.commit()
            archives.insert(try directory.bytes("archive"))
            // zlib's decompressor stops after the first member, and returns the rest.
            try directory.shell(
                """
                python3 -c 'import zlib
                d = zlib.decompressobj(31)
                d.decompress(open("archive", "rb").read())
                assert d.eof and not d.unused_data'
                """
            )
        }
        #expect(archives.count == 1)
    }

    @Test(arguments: ["cat", "gzip", "gzip -1", "zstd", "xz -1", "bzip2"])
    func layersMayBeCompressed(tool: String) throws {
        let layout = SampleLayout(layers: SampleLayout.allLayers)
        let made = try tar(layout, SampleLayout.contentsByDigest, wrapping: .gzip(level: 6)) { content in
            let directory = try TemporaryDirectory()
            try directory.write(content, to: "layer")
            return try directory.shell("\(tool) <layer")
        }
        let isSame = made == (try Self.expected(layout))
        #expect(isSame)
    }

    @Test func aLayerCanBeBegunAgain() throws {
        let layout = SampleLayout(layers: SampleLayout.allLayers)
        let directory = try TemporaryDirectory()
        let output = try ArchiveOutput(path: directory.path("archive"))
        let writer = try GraphDriverArchiveWriter(
            layout,
            wrapping: .gzip(level: 6),
            to: output,
            temporaryDirectory: directory.path
        )
        for diffID in writer.layers {
            let layer = try writer.beginLayer()
            // More than the layer itself, so that the file must be cut if it is the last.
            try sampleBytes(2_000_000, seed: 9).withUnsafeBytes(layer.append)
            try layer.restart()
            try (SampleLayout.contentsByDigest[diffID] ?? []).withUnsafeBytes(layer.append)
            try layer.finish()
        }
        try writer.finish(as: layout)
        try output.commit()
        let isSame = try Self.unwrapped(directory, .gzip(level: 6)) == Self.expected(layout)
        #expect(isSame)
    }

    @Test func aLayerThatIsNotItsDiffIDIsAnError() throws {
        let (writer, _, directory) = try Self.writer()
        let layer = try writer.beginLayer()
        try sampleBytes(1000, seed: 5).withUnsafeBytes(layer.append)
        let error = #expect(throws: LayerError.self) { try layer.finish() }
        let found = ContentHash.digest(of: sampleBytes(1000, seed: 5))
        #expect(
            error?.description
                == "layers from manifest don't match image configuration: the layer with the diff ID \(SampleLayout.allLayers[0])"
                + " unpacks to \(found)"
        )
        _ = directory
    }

    @Test func aLayerThatCannotBeUnpackedIsAnError() throws {
        let (writer, _, directory) = try Self.writer()
        try directory.write(SampleLayout.contents[0], to: "layer")
        let packed = try directory.shell("gzip <layer")
        let layer = try writer.beginLayer()
        try packed.dropLast(9).withUnsafeBytes(layer.append)
        let error = #expect(throws: LayerError.self) { try layer.finish() }
        #expect(
            error?.description
                == "the layer with the diff ID \(SampleLayout.allLayers[0]) cannot be unpacked: the gzip data is cut short:"
                + " it ends at byte \(packed.count - 9)"
        )
        try layer.restart()
        var damaged = packed
        damaged[1000] ^= 1
        #expect(throws: LayerError.self) {
            try damaged.withUnsafeBytes(layer.append)
            try layer.finish()
        }
    }

    @Test("a layer that does not end is given up", arguments: ["zstd -q", "gzip -9"])
    func aBomb(tool: String) throws {
        let (writer, _, directory) = try Self.writer()
        try directory.shell("head -c 64M /dev/zero | \(tool) >piece; for i in $(seq 24); do cat piece; done >bomb")
        let bomb = try directory.bytes("bomb")
        let layer = try writer.beginLayer()
        let error = #expect(throws: LayerError.self) { try bomb.withUnsafeBytes(layer.append) }
        #expect(
            error?.description
                == "the layer with the diff ID \(SampleLayout.allLayers[0]) cannot be unpacked: \(bomb.count) bytes of it unpack to"
                + " more than \(1 << 30 + 200 * bomb.count), as no layer does"
        )
        // The layer can start over after that.
        try layer.restart()
        try SampleLayout.contents[0].withUnsafeBytes(layer.append)
        try layer.finish()
    }

    @Test func spaceIsVerified() throws {
        let (writer, _, directory) = try Self.writer()
        try writer.requireSpace(for: [1, 2])
        #expect(throws: StagedFileError.self) { try writer.requireSpace(for: [1 << 60, .max]) }

        let file = try File(directory.path("stream"), for: .creating)
        for isSettled in [true, false] {
            let stream = try GraphDriverArchiveWriter(
                SampleLayout(layers: SampleLayout.allLayers, isSettled: isSettled),
                wrapping: .none,
                to: ArchiveOutput(stream: file),
                temporaryDirectory: directory.path
            )
            let error = #expect(throws: ArchiveError.self) { try stream.requireSpace(for: [1 << 59, 1 << 60, 1]) }
            guard case .noTemporarySpace(directory.path, let needed, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(needed == (isSettled ? 1 << 60 : 3 << 59 + 1), "one layer at a time, or all of them")
        }
    }

    /// Go writes a PAX header for a layer of 8 GiB and more, for which no space was reserved.
    @Test func aLayerOfEightGibibytes() throws {
        let size: Int64 = 8 << 30
        let directory = try TemporaryDirectory()
        let zeros = [UInt8](repeating: 0, count: 8 << 20)
        // `head -c 8G /dev/zero | sha256sum`
        let digest = try #require(Digest("sha256:ebfb4ef19ae410f190327b5ebd312711263bc7579970e87d9c1e2d84e06b3c25"))
        let output = try ArchiveOutput(path: directory.path("archive"))
        let layout = SampleLayout(layers: [digest])
        let writer = try GraphDriverArchiveWriter(
            layout,
            wrapping: .gzip(level: 1),
            to: output,
            temporaryDirectory: directory.path
        )
        let layer = try writer.beginLayer()
        for _ in 0..<size / Int64(zeros.count) { try zeros.withUnsafeBytes(layer.append) }
        try layer.finish()
        try writer.finish(as: layout)
        try output.commit()
        try directory.shell("gzip -dc archive 2>/dev/null | head -c 4096 >beginning")
        let header = try TarHeader(name: "0-layer", size: size).encoded()
        #expect(header.count == 3 * TarHeader.blockSize)
        let beginning = try directory.bytes("beginning")
        #expect(Array(beginning[1024..<1024 + header.count]) == header)
        #expect(beginning[(1024 + header.count)...].allSatisfy { $0 == 0 })
    }

    /// A writer into a file, with what must outlive it.
    private static func writer() throws -> (GraphDriverArchiveWriter, ArchiveOutput, TemporaryDirectory) {
        let directory = try TemporaryDirectory()
        let output = try ArchiveOutput(path: directory.path("archive"))
        let writer = try GraphDriverArchiveWriter(
            SampleLayout(layers: SampleLayout.allLayers),
            wrapping: .gzip(level: 6),
            to: output,
            temporaryDirectory: directory.path
        )
        return (writer, output, directory)
    }
}
