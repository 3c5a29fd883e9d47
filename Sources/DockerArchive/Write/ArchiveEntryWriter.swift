import Compression
import ImageModel
import Tar

/// Writes one entry of a planned archive at its place, in order.
///
/// Many entries of an archive that is a file can be written at the same time, each by its own writer; a writer is used from
/// one thread at a time, which is what `@unchecked` stands for.
package final class ArchiveEntryWriter: @unchecked Sendable {
    private let entry: ArchivePlan.Entry
    private let output: ArchiveOutput
    private var encoder: any EntryEncoder
    private var written: Int64 = 0

    /// A writer of the entry, its header already written.
    package init(_ entry: ArchivePlan.Entry, to output: ArchiveOutput) throws {
        self.entry = entry
        self.output = output
        encoder = Self.encoder(for: entry, output)
        try entry.header.withUnsafeBytes(encoder.append)
    }

    /// Whether ``restart()`` is possible: not once bytes have gone into a stream.
    package var canRestart: Bool { !output.isStream || written == 0 }

    /// Adds the next bytes of the content.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        try encoder.append(bytes)
        written += Int64(bytes.count)
    }

    /// Drops the content added so far.
    package func restart() throws {
        precondition(canRestart, "what is in a stream cannot be taken back")
        encoder = Self.encoder(for: entry, output)
        written = 0
        try entry.header.withUnsafeBytes(encoder.append)
    }

    /// Ends the entry; its whole content must have been added.
    package func finish() throws {
        try [UInt8](repeating: 0, count: TarHeader.padding(after: written)).withUnsafeBytes(encoder.append)
        try encoder.finish()
    }

    /// Writes an entry whose content is at hand.
    package static func write(_ entry: ArchivePlan.Entry, content: [UInt8], to output: ArchiveOutput) throws {
        let writer = try ArchiveEntryWriter(entry, to: output)
        try content.withUnsafeBytes(writer.append)
        try writer.finish()
    }

    private static func encoder(for entry: ArchivePlan.Entry, _ output: ArchiveOutput) -> any EntryEncoder {
        var offset = entry.offset
        let write = { (bytes: UnsafeRawBufferPointer) in
            try output.write(bytes, at: offset)
            offset += Int64(bytes.count)
        }
        return entry.member.map { StoredGzipEncoder($0, output: write) } ?? PlainEncoder(output: write)
    }
}

/// Takes the bytes of an entry in order: its header, its content and its padding.
protocol EntryEncoder: AnyObject {
    func append(_ bytes: UnsafeRawBufferPointer) throws
    func finish() throws
}

extension StoredGzipEncoder: EntryEncoder {}

/// Gathers bytes into large pieces, and changes nothing.
private final class PlainEncoder: EntryEncoder {
    private let output: (UnsafeRawBufferPointer) throws -> Void
    private var buffer: [UInt8] = []

    init(output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.output = output
        buffer.reserveCapacity(256 << 10)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        if buffer.count + bytes.count > 256 << 10 { try finish() }
        if bytes.count > 256 << 10 { return try output(bytes) }
        buffer.append(contentsOf: bytes)
    }

    func finish() throws {
        try buffer.withUnsafeBytes(output)
        buffer.removeAll(keepingCapacity: true)
    }
}
