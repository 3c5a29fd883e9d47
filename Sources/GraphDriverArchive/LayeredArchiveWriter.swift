import ByteIO
import Compression
import DockerArchive
import ImageModel
import Tar

/// Writes an archive whose layers are unpacked on the way, in one gzip member or as a plain tar.
///
/// A layer's header states its size, which is known at the layer's end. So the layers are written first, each by itself, in
/// the order of the archive; what stands between them follows at the end, when all sizes are known:
/// - Into a file, at once to their places. For what stands between them so much room is left as it takes, and a little more
///   for what may come in between (``LayeredLayout/spareRoom(between:and:)``); deflate data has blocks without content that fill
///   the rest. Where the room turns out too small, or a plain tar allows no filling, the layers behind are moved up.
/// - Into a stream, by way of a temporary file: one layer at a time where the layout is settled without sizes, else all of them.
///
/// The file depends on the layers, the wrapping and the kind of output alone. Used from one thread at a time, which is what
/// `@unchecked` stands for.
package final class LayeredArchiveWriter: @unchecked Sendable {
    private let layout: any LayeredLayout
    private let wrapping: TarWrapping
    private let wrapper: PartWrapper
    private let output: ArchiveOutput
    /// Holds the layers until the end: the output's file, or a temporary file.
    private let store: File
    /// The temporary file of a stream.
    private let spool: Spool?
    private let draft: ArchiveParts
    private var written: [LayerWriter.Written] = []
    private var sizes: [Digest: Int64] = [:]
    /// Where the store ends so far.
    private var storeEnd: Int64
    /// How far a stream has got.
    private var streamed = StreamState()

    /// The divisor of a layer's length for the most room that may be left free behind it.
    private static let shareToSpare = 128

    private struct StreamState {
        var parts = 0
        var position: Int64 = 0
        var checksum = GzipChecksum()
    }

    /// A writer of an archive without content so far.
    ///
    /// - Parameter temporaryFolder: where a stream keeps layers.
    /// - Throws: where the temporary file cannot be made.
    package init(
        _ layout: any LayeredLayout,
        wrapping: TarWrapping,
        to output: ArchiveOutput,
        temporaryFolder: String
    ) throws {
        self.layout = layout
        self.wrapping = wrapping
        self.output = output
        wrapper = try PartWrapper(wrapping)
        draft = try ArchiveParts(layout.entries([:]))
        if let file = output.file {
            spool = nil
            store = file
            storeEnd = Int64(wrapper.start.count)
        } else {
            let spool = try Spool(in: temporaryFolder)
            self.spool = spool
            store = spool.file
            storeEnd = 0
        }
    }

    /// Looks whether there is room for the archive, and for the temporary file of a stream, as far as that can be known before.
    ///
    /// - Parameter sizes: what the layers are likely to take when they are compressed, in bytes.
    /// - Throws: `UnfinishedFileError` or ``ArchiveError/noTemporarySpace(folder:needed:available:)``.
    package func requireSpace(for sizes: [Int64]) throws {
        let total = sizes.reduce(Int64(0)) { sum, size in
            let (next, overflow) = sum.addingReportingOverflow(size)
            return overflow ? .max : next
        }
        if let spool {
            try spool.requireSpace(for: layout.isSettled ? sizes.max() ?? 0 : total)
        } else {
            try output.requireSpace(for: total)
        }
    }

    /// The diff IDs of the layers, in the order in which they are to be written.
    package var layers: [Digest] { draft.layers.map(\.diffID) }

    /// Begins the next layer, which is to be finished before another one is begun.
    package func beginLayer() throws -> LayerWriter {
        let index = written.count
        let diffID = draft.layers[index].diffID
        let start = storeEnd + (output.isStream ? 0 : try room(before: index))
        return try LayerWriter(diffID, at: start) { [wrapping, store] in
            try LayerEncoder(wrapping, into: store, at: start)
        } complete: { [self] layer in
            try add(layer, diffID)
        }
    }

    /// Writes all that is not a layer; all layers must have been finished. The output is not yet committed.
    package func finish() throws {
        precondition(written.count == draft.layers.count, "a layer is missing in the archive")
        let parts = layout.isSettled && output.isStream ? draft : try ArchiveParts(layout.entries(sizes))
        guard output.isStream else { return try place(parts) }
        while streamed.parts < parts.layers.count { try streamPart(of: parts) }
        try beginStream()
        streamed.checksum.append(GzipChecksum(of: parts.tail))
        try stream(try wrapper.wrap(parts.tail) + wrapper.end(streamed.checksum))
    }

    private func add(_ layer: LayerWriter.Written, _ diffID: Digest) throws {
        written.append(layer)
        sizes[diffID] = layer.size
        storeEnd = layer.place.upperBound
        guard output.isStream, layout.isSettled else { return }
        try streamPart(of: draft)
        storeEnd = 0
    }

    /// How much of the file is left to what stands before a layer.
    private func room(before index: Int) throws -> Int64 {
        let part = draft.layers[index]
        let known = try wrapper.wrap(part.before).count + wrapper.wrapAtFixedLength(part.header.encoded()).count
        guard wrapper.canFill else { return Int64(known) }
        // Where there is less room than is needed, the layers up to the next room to spare are moved up. That is little work as long
        // as they are small, so no room is wasted beside small ones.
        let spare = layout.spareRoom(between: index > 0 ? draft.layers[index - 1].diffID : nil, and: part.diffID)
        let share = (written.last?.place.count ?? 0) / Self.shareToSpare
        return Int64(known + min(spare, share))
    }
}

// MARK: - Into a file

extension LayeredArchiveWriter {
    private func place(_ parts: ArchiveParts) throws {
        var checksum = GzipChecksum()
        var pieces: [(offset: Int64, bytes: [UInt8])] = [(0, wrapper.start)]
        var starts: [Int64] = []
        var position = Int64(wrapper.start.count)
        for (part, layer) in zip(parts.layers, written) {
            var header = part.header
            header.size = layer.size
            let encoded = try header.encoded()
            let before = try wrapper.wrap(part.before)
            let last = wrapper.wrapAtFixedLength(encoded)
            let gap = layer.place.lowerBound - position - Int64(before.count + last.count)
            let bytes = before + wrapper.filler(Int(gap)) + last
            pieces.append((position, bytes))
            position += Int64(bytes.count)
            starts.append(position)
            position += Int64(layer.place.count)
            checksum.append(GzipChecksum(of: part.before))
            checksum.append(GzipChecksum(of: encoded))
            checksum.append(layer.checksum)
        }
        checksum.append(GzipChecksum(of: parts.tail))
        pieces.append((position, try wrapper.wrap(parts.tail) + wrapper.end(checksum)))
        // From the last to the first, since all go up: so none is written over that has not moved yet.
        for (layer, start) in zip(written, starts).reversed() { try store.move(layer.place, to: start) }
        for (offset, bytes) in pieces { try store.write(bytes, at: offset) }
        // A layer that was begun twice may have left more than it took in the end.
        if let (offset, bytes) = pieces.last { try store.resize(to: offset + Int64(bytes.count)) }
    }
}

extension File {
    /// Copies a stretch of the file to a place further up, which may overlap it.
    fileprivate func move(_ place: Range<Int64>, to start: Int64) throws {
        precondition(start >= place.lowerBound, "a layer can only be moved up")
        guard start > place.lowerBound else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var rest = place
        while !rest.isEmpty {
            let from = max(rest.lowerBound, rest.upperBound - Int64(buffer.count))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(rest.upperBound - from)])
            _ = try read(into: piece, at: from)
            let target = start + (from - place.lowerBound)
            try write(UnsafeRawBufferPointer(piece), at: target)
            startWriteback(at: target, length: piece.count)
            rest = rest.lowerBound..<from
        }
    }
}

// MARK: - Into a stream

extension LayeredArchiveWriter {
    /// Writes what stands before the next layer, and the layer.
    private func streamPart(of parts: ArchiveParts) throws {
        let part = parts.layers[streamed.parts]
        let layer = written[streamed.parts]
        var header = part.header
        header.size = layer.size
        let encoded = try header.encoded()
        try beginStream()
        try stream(try wrapper.wrap(part.before) + wrapper.wrapAtFixedLength(encoded))
        try FileSection(of: store, at: layer.place.lowerBound, length: Int64(layer.place.count))
            .forEachPiece { bytes in
                try output.write(bytes, at: streamed.position)
                streamed.position += Int64(bytes.count)
            }
        streamed.checksum.append(GzipChecksum(of: part.before))
        streamed.checksum.append(GzipChecksum(of: encoded))
        streamed.checksum.append(layer.checksum)
        streamed.parts += 1
    }

    private func beginStream() throws {
        if streamed.position == 0 { try stream(wrapper.start) }
    }

    private func stream(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try output.write($0, at: streamed.position) }
        streamed.position += Int64(bytes.count)
    }
}

extension GzipChecksum {
    fileprivate init(of bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { GzipChecksum(of: $0) }
    }
}
