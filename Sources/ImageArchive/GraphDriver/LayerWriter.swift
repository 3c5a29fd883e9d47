import Compression
import OCI
import SystemIO
import Tar

/// Writes the uncompressed tar of a layer, which arrives compressed or uncompressed, into an archive.
///
/// The layer is unpacked, hashed and compressed while it arrives. `@unchecked`: one thread at a time uses the writer.
package final class LayerWriter: ByteSink, @unchecked Sendable {
    /// The place, size and checksum of a complete layer.
    struct Written: Sendable {
        /// The range of the compressed content in the file, including padding.
        var place: Range<Int64>
        /// Of the uncompressed tar, in bytes.
        let size: Int64
        /// Of the uncompressed tar with its padding.
        let checksum: GzipChecksum
    }

    private let diffID: Digest
    private let start: Int64
    private let makeEncoder: () throws -> LayerEncoder
    private let complete: (Written) throws -> Void
    private var content: Content
    private var inflater: PushDecompressor

    /// The content unpacked so far.
    private final class Content {
        let encoder: LayerEncoder
        let hash = ContentHash()
        var size: Int64 = 0
        /// The number of bytes of the registry's blob that have arrived.
        var packed: Int64 = 0

        init(_ encoder: LayerEncoder) { self.encoder = encoder }

        func append(_ bytes: UnsafeRawBufferPointer) throws {
            hash.update(bytes)
            size += Int64(bytes.count)
            try ExpansionLimit.decompressed.check(size, of: packed)
            try encoder.write(bytes)
        }
    }

    /// - Parameters:
    ///   - start: the offset of the compressed content in the file.
    ///   - makeEncoder: makes an encoder that writes from there on.
    ///   - complete: called once, when the layer is complete and verified.
    init(
        _ diffID: Digest,
        at start: Int64,
        makeEncoder: @escaping () throws -> LayerEncoder,
        complete: @escaping (Written) throws -> Void
    ) throws {
        self.diffID = diffID
        self.start = start
        self.makeEncoder = makeEncoder
        self.complete = complete
        content = Content(try makeEncoder())
        inflater = PushDecompressor(output: content.append)
    }

    /// The file is overwritten.
    package var canRestart: Bool { true }

    /// Adds the next bytes of the registry's blob.
    ///
    /// - Throws: ``LayerError`` where they cannot be inflated, or unpack to more than any layer does; else what the file throws.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        content.packed += Int64(bytes.count)
        try naming { try inflater.append(bytes) }
    }

    /// Drops what was added so far.
    package func restart() throws {
        content.encoder.abort()
        content = Content(try makeEncoder())
        inflater = PushDecompressor(output: content.append)
    }

    /// Ends the layer.
    ///
    /// - Throws: ``LayerError`` where it is cut short, or its uncompressed tar has another digest than the diff ID.
    package func finish() throws {
        try naming { try inflater.finish() }
        let found = content.hash.finish()
        guard found == diffID else { throw LayerError(diffID: diffID, problem: .otherContent(found)) }
        let size = content.size
        try [UInt8](repeating: 0, count: TarHeader.padding(after: size)).withUnsafeBytes(content.encoder.write)
        let (end, checksum) = try content.encoder.finish()
        try complete(Written(place: start..<end, size: size, checksum: checksum))
    }

    private func naming(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as CompressionError {
            throw LayerError(diffID: diffID, problem: .compression(error))
        } catch ArchiveError.bomb(let packed, let unpacked) {
            throw LayerError(diffID: diffID, problem: .bomb(packed: packed, unpacked: unpacked))
        }
    }
}

/// A layer is not what the image's configuration says.
package struct LayerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problem with the layer.
    package enum Problem: Equatable, Sendable {
        /// It cannot be inflated.
        case compression(CompressionError)
        /// `packed` bytes of the layer unpack to more than `unpacked` bytes.
        case bomb(packed: Int64, unpacked: Int64)
        /// It unpacks to something with this digest.
        case otherContent(Digest)
    }

    /// The digest that its uncompressed tar should have.
    package let diffID: Digest
    package let problem: Problem

    /// One sentence; docker's words where it has any.
    package var description: String {
        switch problem {
        case .compression(let error): "the layer with the diff ID \(diffID) cannot be unpacked: \(error)"
        case .bomb(let packed, let unpacked):
            "the layer with the diff ID \(diffID) cannot be unpacked: \(packed) bytes of it unpack to more than \(unpacked),"
                + " as no layer does"
        case .otherContent(let found):
            "layers from manifest don't match image configuration: the layer with the diff ID \(diffID) unpacks to \(found)"
        }
    }
}
