import Compression
import ImageModel
import Tar

/// Writes one entry of a planned archive at its place, in order.
///
/// Many entries of an archive that is a file can be written at the same time, each by its own writer; a writer is used from
/// one thread at a time, which is what `@unchecked` stands for.
public final class ArchiveEntryWriter: @unchecked Sendable {
    private let entry: ArchivePlan.Entry
    private let output: ArchiveOutput
    private var encoder: StoredGzipEncoder
    private var written: Int64 = 0

    /// A writer of the entry, its header already written.
    public init(_ entry: ArchivePlan.Entry, to output: ArchiveOutput) throws {
        self.entry = entry
        self.output = output
        encoder = Self.encoder(for: entry, output)
        try entry.header.withUnsafeBytes(encoder.append)
    }

    /// Whether ``restart()`` is possible: not once bytes have gone into a stream.
    public var canRestart: Bool { !output.isStream || written == 0 }

    /// Adds the next bytes of the content.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        try encoder.append(bytes)
        written += Int64(bytes.count)
    }

    /// Drops the content added so far.
    public func restart() throws {
        precondition(canRestart, "what is in a stream cannot be taken back")
        encoder = Self.encoder(for: entry, output)
        written = 0
        try entry.header.withUnsafeBytes(encoder.append)
    }

    /// Ends the entry; its whole content must have been added.
    public func finish() throws {
        try [UInt8](repeating: 0, count: TarHeader.padding(after: written)).withUnsafeBytes(encoder.append)
        try encoder.finish()
    }

    /// Writes an entry whose content is at hand.
    public static func write(_ entry: ArchivePlan.Entry, content: [UInt8], to output: ArchiveOutput) throws {
        let writer = try ArchiveEntryWriter(entry, to: output)
        try content.withUnsafeBytes(writer.append)
        try writer.finish()
    }

    private static func encoder(for entry: ArchivePlan.Entry, _ output: ArchiveOutput) -> StoredGzipEncoder {
        var offset = entry.offset
        return StoredGzipEncoder(entry.member) { bytes in
            try output.write(bytes, at: offset)
            offset += Int64(bytes.count)
        }
    }
}
