import Compression
import OCI
import SystemIO
import Tar

/// Writes one entry of a planned archive at its place, in order.
///
/// Many entries of an archive that is a file can be written at the same time, each by its own writer; a writer is used from
/// one thread at a time, which is what `@unchecked` stands for.
package final class ArchiveEntryWriter: ByteSink, @unchecked Sendable {
    private let entry: ArchivePlan.Entry
    private let output: ArchiveOutput
    private let journal: ArchiveJournal?
    private var encoder: any EntryEncoder
    /// How many bytes of the content have been added.
    private var added: Int64
    /// How many bytes of the entry have gone into the output.
    private var flushed: Int64

    /// A writer of the entry, its header already written.
    ///
    /// - Parameters:
    ///   - proof: what is in the entry's place already, behind which the writer goes on; `nil` for nothing.
    ///   - journal: told how much of a blob is in its place.
    package init(
        _ entry: ArchivePlan.Entry,
        to output: ArchiveOutput,
        after proof: VerifiedEntry? = nil,
        journal: ArchiveJournal? = nil
    ) throws {
        self.entry = entry
        self.output = output
        self.journal = journal
        added = proof?.written ?? 0
        flushed = 0
        // Replaced at once: what it writes goes through this object.
        encoder = PlainEncoder { _ in }
        try begin(after: proof)
    }

    package var canRestart: Bool { !output.isStream || flushed == 0 }

    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        try encoder.append(bytes)
        added += Int64(bytes.count)
    }

    package func restart() throws {
        precondition(canRestart, "what is in a stream cannot be taken back")
        added = 0
        try begin(after: nil)
    }

    /// Ends the entry; its whole content must have been added.
    package func finish() throws {
        try [UInt8](repeating: 0, count: TarHeader.padding(after: added)).withUnsafeBytes(encoder.append)
        try encoder.finish()
    }

    /// Writes an entry whose content is at hand; one whose content is fetched stays as it is.
    package static func write(_ entry: ArchivePlan.Entry, to output: ArchiveOutput) throws {
        guard case .bytes(let content) = entry.content else { return }
        let writer = try ArchiveEntryWriter(entry, to: output)
        try content.withUnsafeBytes(writer.append)
        try writer.finish()
    }

    private func begin(after proof: VerifiedEntry?) throws {
        let position = proof.map { Int64(entry.header.count) + $0.written } ?? 0
        let write = { [unowned self] (bytes: UnsafeRawBufferPointer) in try flush(bytes) }
        if let proof {
            flushed = entry.member?.length(ofContentUpTo: position) ?? position
            encoder =
                entry.member.map { StoredGzipEncoder($0, after: proof.checksum, output: write) }
                ?? PlainEncoder(output: write)
        } else {
            flushed = 0
            encoder = entry.member.map { StoredGzipEncoder($0, output: write) } ?? PlainEncoder(output: write)
            try entry.header.withUnsafeBytes(encoder.append)
        }
    }

    private func flush(_ bytes: UnsafeRawBufferPointer) throws {
        try output.write(bytes, at: entry.offset + flushed)
        flushed += Int64(bytes.count)
        guard let journal, let blob = entry.blob else { return }
        let content = entry.member?.content(inFirst: flushed) ?? flushed
        let written = min(max(0, content - Int64(entry.header.count)), blob.size)
        // A blob counts as whole only with what stands behind it.
        guard written < blob.size || flushed == entry.length else { return }
        try journal.note(blob.digest, ArchiveJournal.Place(offset: entry.offset, size: blob.size, written: written))
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
    /// As of a ``StoredGzipEncoder``, for the same reasons.
    private static let capacity = 128 << 10

    private let output: (UnsafeRawBufferPointer) throws -> Void
    private var buffer: [UInt8] = []

    init(output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.output = output
        buffer.reserveCapacity(Self.capacity)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        if buffer.count + bytes.count > Self.capacity { try finish() }
        if bytes.count > Self.capacity { return try output(bytes) }
        buffer.append(contentsOf: bytes)
    }

    func finish() throws {
        try buffer.withUnsafeBytes(output)
        buffer.removeAll(keepingCapacity: true)
    }
}
