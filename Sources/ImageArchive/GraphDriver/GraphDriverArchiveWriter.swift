import Compression
import OCI
import SystemIO
import Tar

/// Writes an archive with unpacked layers, in one gzip member or as a plain tar.
///
/// A layer's header has its size, which is known at the layer's end. So the layers are written first, each compressed separately, in the
/// order of the archive. The other entries follow at the end, when all sizes are known:
/// - In a file, the layers are written at their final places. The space for the known entries before a layer is reserved, and some
///   more for additional entries (``GraphDriverLayout/spareSpace(between:and:)``). Deflate blocks without content fill the rest. If the
///   reserved space is too small, or for a plain tar, the following layers are moved.
/// - For a stream, the layers are written to a temporary file: one at a time if the layout does not depend on sizes, else all of them.
///
/// The bytes only depend on the layers, the compression and the kind of output. `@unchecked`: one thread at a time uses the writer.
package final class GraphDriverArchiveWriter: @unchecked Sendable {
    private let layout: any GraphDriverLayout
    private let wrapping: OuterCompression
    private let wrapper: PartWrapper
    private let output: ArchiveOutput
    /// Holds the layers until the end.
    private let store: LayerStore
    /// The temporary file of a stream.
    private let spool: Spool?
    private let draft: ArchiveParts
    /// The number of layers that have been finished or omitted.
    private var next = 0
    private var written: [Digest: LayerWriter.Written] = [:]
    /// The end of the store, and the length of its last layer.
    private var storeEnd: Int64
    private var lastLength: Int64 = 0
    /// The state of a stream.
    private var streamed = StreamState()

    /// The divisor of a layer's length for the maximum free space after the layer.
    private static let shareToSpare = 128

    private struct StreamState {
        /// The entries that are in the stream.
        var names: Set<String> = []
        var position: Int64 = 0
        var checksum = GzipChecksum()
    }

    /// A writer of an archive without content so far.
    ///
    /// - Parameter temporaryDirectory: the directory for the layers of a stream.
    /// - Throws: if the temporary file or the journal cannot be created.
    package init(
        _ layout: any GraphDriverLayout,
        wrapping: OuterCompression,
        to output: ArchiveOutput,
        temporaryDirectory: String
    ) throws {
        self.layout = layout
        self.wrapping = wrapping
        self.output = output
        wrapper = try PartWrapper(wrapping)
        draft = try ArchiveParts(layout.entries([:]))
        if let file = output.file {
            spool = nil
            store = LayerStore(file, journal: try output.beginJournal(of: wrapping.journalContent))
            storeEnd = Int64(wrapper.start.count)
        } else {
            let spool = try Spool(in: temporaryDirectory)
            self.spool = spool
            store = LayerStore(spool.file, journal: nil)
            storeEnd = 0
        }
    }

    /// Verifies that there is space for the archive, or for the temporary file of a stream, if that is known.
    ///
    /// - Parameter sizes: the likely sizes of the compressed layers, in bytes.
    /// - Throws: `StagedFileError` or ``ArchiveError/noTemporarySpace(directory:needed:available:)``.
    package func requireSpace(for sizes: [Int64]) throws {
        if let spool {
            try spool.requireSpace(for: Self.temporarySize(for: sizes, in: layout))
        } else {
            try output.requireSpace(for: Self.size(of: sizes))
        }
    }

    /// Returns the size of layers of these sizes, in bytes.
    package static func size(of layers: [Int64]) -> Int64 { layers.saturatedSum(of: \.self) }

    /// Returns the size of a stream's temporary file for layers of these sizes, in bytes.
    package static func temporarySize(for layers: [Int64], in layout: any GraphDriverLayout) -> Int64 {
        layout.isSettled ? layers.max() ?? 0 : size(of: layers)
    }

    /// The diff IDs of the layers, in the order in which they are to be written.
    package var layers: [Digest] { draft.layers.map(\.diffID) }

    /// Begins the next layer, which is to be finished or left out before another one is begun.
    package func beginLayer() throws -> LayerWriter {
        let diffID = draft.layers[next].diffID
        let start = try startOfNextLayer()
        return try LayerWriter(diffID, at: start) { [wrapping, store] in
            try LayerEncoder(wrapping, into: store, at: start)
        } complete: { [self] layer in
            try add(layer, diffID)
        }
    }

    /// Leaves out the next layer, whether it has been begun or not.
    package func leaveOutLayer() {
        store.drop(draft.layers[next].diffID)
        next += 1
    }

    /// Writes all that is not a layer; the output is not yet committed.
    ///
    /// - Parameter final: the layout that was begun, or one of fewer images that has no layer that was left out.
    package func finish(as final: any GraphDriverLayout) throws {
        let sizes = written.mapValues(\.size)
        guard output.isStream else {
            if written.count < draft.layers.count || final.layerCount < written.count { try rearrange(final) }
            return try place(try ArchiveParts(final.entries(sizes)))
        }
        let rest = try ArchiveParts(final.entries(sizes).filter { !streamed.names.contains($0.header.name) })
        for part in rest.layers { try streamPart(part) }
        try beginStream()
        streamed.checksum.append(GzipChecksum(of: rest.tail))
        try stream(try wrapper.wrap(rest.tail) + wrapper.end(streamed.checksum))
    }

    private func startOfNextLayer() throws -> Int64 {
        try storeEnd + (output.isStream ? 0 : reservedSpace(before: next, of: draft, layout, behind: lastLength))
    }

    private func add(_ layer: LayerWriter.Written, _ diffID: Digest) throws {
        written[diffID] = layer
        try store.note(layer, diffID)
        storeEnd = layer.place.upperBound
        lastLength = Int64(layer.place.count)
        next += 1
        guard output.isStream, layout.isSettled else { return }
        // What stands before the layer, layers that were left out not among it.
        var entries: [GraphDriverEntry] = []
        for entry in layout.entries([:]) where !streamed.names.contains(entry.header.name) {
            switch entry.content {
            case .bytes: entries.append(entry)
            case .layer(diffID):
                entries.append(entry)
                streamed.names.formUnion(entries.map(\.header.name))
                for part in try ArchiveParts(entries).layers { try streamPart(part) }
                storeEnd = 0
                return
            case .layer: continue
            }
        }
    }

    /// Moves the layers to where they would be, had they been written by this layout from the beginning.
    private func rearrange(_ final: any GraphDriverLayout) throws {
        let parts = try ArchiveParts(final.entries([:]))
        var end = Int64(wrapper.start.count)
        var last: Int64 = 0
        var moves: [LayerStore.Move] = []
        for (index, part) in parts.layers.enumerated() {
            guard let layer = written[part.diffID] else { continue }
            let start = end + (try reservedSpace(before: index, of: parts, final, behind: last))
            last = Int64(layer.place.count)
            end = start + last
            moves.append(LayerStore.Move(diffID: part.diffID, layer: layer, start: start))
            written[part.diffID]?.place = start..<end
        }
        try store.carryOut(moves)
    }

    /// Returns the length of the file reserved for the entries before a layer.
    ///
    /// - Parameter length: of the layer before it in the store.
    private func reservedSpace(
        before index: Int,
        of parts: ArchiveParts,
        _ layout: any GraphDriverLayout,
        behind length: Int64
    ) throws -> Int64 {
        let part = parts.layers[index]
        let known = try wrapper.wrap(part.before).count + wrapper.wrapAtFixedLength(part.header.encoded()).count
        guard wrapper.canFill else { return Int64(known) }
        // If the space is too small, the layers up to the next free space are moved. That is little work for small layers, so they
        // get no additional space.
        let spare = layout.spareSpace(between: index > 0 ? parts.layers[index - 1].diffID : nil, and: part.diffID)
        return Int64(known + min(spare, Int(length) / Self.shareToSpare))
    }
}

// MARK: - Into a file

extension GraphDriverArchiveWriter {
    private func place(_ parts: ArchiveParts) throws {
        var checksum = GzipChecksum()
        var pieces: [(offset: Int64, bytes: [UInt8])] = [(0, wrapper.start)]
        var moves: [LayerStore.Move] = []
        var position = Int64(wrapper.start.count)
        for part in parts.layers {
            guard let layer = written[part.diffID] else { continue }
            var header = part.header
            header.size = layer.size
            let encoded = try header.encoded()
            let before = try wrapper.wrap(part.before)
            let last = wrapper.wrapAtFixedLength(encoded)
            let gap = layer.place.lowerBound - position - Int64(before.count + last.count)
            let bytes = before + wrapper.filler(Int(gap)) + last
            pieces.append((position, bytes))
            position += Int64(bytes.count)
            moves.append(LayerStore.Move(diffID: part.diffID, layer: layer, start: position))
            position += Int64(layer.place.count)
            checksum.append(GzipChecksum(of: part.before))
            checksum.append(GzipChecksum(of: encoded))
            checksum.append(layer.checksum)
        }
        checksum.append(GzipChecksum(of: parts.tail))
        pieces.append((position, try wrapper.wrap(parts.tail) + wrapper.end(checksum)))
        try store.carryOut(moves)
        for (offset, bytes) in pieces { try store.file.write(bytes, at: offset) }
        // A layer that was begun twice may have left more than it took in the end.
        if let (offset, bytes) = pieces.last { try store.file.resize(to: offset + Int64(bytes.count)) }
    }
}

// MARK: - What an earlier run has left

extension GraphDriverArchiveWriter {
    /// Reads what the file should have of a layer by its journal.
    ///
    /// - Returns: `nil` where the file does not have it.
    package func proof(of diffID: Digest) throws -> VerifiedLayer? { try store.proof(of: diffID, wrapping) }

    /// Keeps a layer that the file has until its turn comes.
    package func keep(_ layer: VerifiedLayer) { store.keep(layer) }

    /// Whether a layer is kept.
    package func isKept(_ diffID: Digest) -> Bool { store.isKept(diffID) }

    /// Puts the next layer into its place, if it is kept.
    ///
    /// - Returns: whether it is; else the layer is to be begun or left out.
    package func takeOverLayer() throws -> Bool {
        let diffID = draft.layers[next].diffID
        guard let layer = try store.take(diffID, to: startOfNextLayer()) else { return false }
        try add(layer, diffID)
        return true
    }
}

// MARK: - Into a stream

extension GraphDriverArchiveWriter {
    /// Writes what stands before the next layer, and the layer.
    private func streamPart(_ part: ArchiveParts.Layer) throws {
        guard let layer = written[part.diffID] else { return }
        var header = part.header
        header.size = layer.size
        let encoded = try header.encoded()
        try beginStream()
        try stream(try wrapper.wrap(part.before) + wrapper.wrapAtFixedLength(encoded))
        try FileSection(of: store.file, at: layer.place.lowerBound, length: Int64(layer.place.count))
            .forEachPiece { bytes in
                try output.write(bytes, at: streamed.position)
                streamed.position += Int64(bytes.count)
            }
        streamed.checksum.append(GzipChecksum(of: part.before))
        streamed.checksum.append(GzipChecksum(of: encoded))
        streamed.checksum.append(layer.checksum)
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
