import Compression
import OCI
import SystemIO
import Tar

/// Writes one entry of a planned archive at its place, in order.
///
/// Several writers can write entries of a file at the same time. `@unchecked`: one thread at a time uses a writer.
package final class ArchiveEntryWriter: ByteSink, @unchecked Sendable {
    private let entry: ArchivePlan.Entry
    private let output: ArchiveOutput
    private let journal: ArchiveJournal?
    private var encoder: any EntryEncoder
    /// The number of bytes of the content that have been added.
    private var added: Int64
    /// The number of bytes of the entry that have been written to the output.
    private var flushed: Int64

    /// A writer of the entry, its header already written.
    ///
    /// - Parameters:
    ///   - prefix: the verified beginning of the entry, which the writer continues; `nil` to write from the beginning.
    ///   - journal: records the progress of a blob.
    package init(
        _ entry: ArchivePlan.Entry,
        to output: ArchiveOutput,
        after prefix: VerifiedEntry? = nil,
        journal: ArchiveJournal? = nil
    ) throws {
        self.entry = entry
        self.output = output
        self.journal = journal
        added = prefix?.written ?? 0
        flushed = 0
        // Replaced by `begin`, since its output is a method of this object.
        encoder = PlainEncoder { _ in }
        try begin(after: prefix)
    }

    package var canRestart: Bool { !output.isStream || flushed == 0 }

    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        try encoder.append(bytes)
        added += Int64(bytes.count)
    }

    package func restart() throws {
        precondition(canRestart, "a stream cannot restart")
        added = 0
        try begin(after: nil)
    }

    /// Ends the entry; its complete content must have been added.
    package func finish() throws {
        try [UInt8](repeating: 0, count: TarHeader.padding(after: added)).withUnsafeBytes(encoder.append)
        try encoder.finish()
    }

    /// Writes an entry with known content; does nothing for a blob that is fetched.
    package static func write(_ entry: ArchivePlan.Entry, to output: ArchiveOutput) throws {
        guard case .bytes(let content) = entry.content else { return }
        let writer = try ArchiveEntryWriter(entry, to: output)
        try content.withUnsafeBytes(writer.append)
        try writer.finish()
    }

    private func begin(after prefix: VerifiedEntry?) throws {
        let position = prefix.map { Int64(entry.header.count) + $0.written } ?? 0
        let write = { [unowned self] (bytes: UnsafeRawBufferPointer) in try flush(bytes) }
        if let prefix {
            flushed = entry.member?.length(ofContentUpTo: position) ?? position
            encoder =
                entry.member.map { StoredGzipEncoder($0, after: prefix.checksum, output: write) }
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
        // A blob only counts as complete with its padding and trailer.
        guard written < blob.size || flushed == entry.length else { return }
        try journal.note(blob.digest, ArchiveJournal.Place(offset: entry.offset, size: blob.size, written: written))
    }
}

/// Encodes the bytes of an entry in order: its header, its content and its padding.
protocol EntryEncoder: AnyObject {
    func append(_ bytes: UnsafeRawBufferPointer) throws
    func finish() throws
}

extension StoredGzipEncoder: EntryEncoder {}

/// Collects bytes into large pieces without changing them.
private final class PlainEncoder: EntryEncoder {
    /// As in ``StoredGzipEncoder``, for the same reasons.
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
