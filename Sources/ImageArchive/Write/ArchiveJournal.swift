import Glibc
import OCI
import Synchronization
import SystemIO

/// The progress journal of a partial archive, a text file that the next run reads to resume the save.
///
/// The first line has the kind of archive, each other line a blob: `DIGEST OFFSET SIZE WRITTEN`, followed by ` LENGTH` for an unpacked
/// layer. The last line of a digest counts. A line is appended after the bytes of the blob, but may reach the disk before them, so a
/// later run verifies the bytes.
package final class ArchiveJournal: Sendable {
    /// The place of a blob in the archive.
    package struct Place: Sendable, Hashable {
        /// The offset of the blob's entry in the file.
        package var offset: Int64
        /// The size of the blob in bytes.
        package let size: Int64
        /// The number of bytes that were written, from the first on.
        package let written: Int64
        /// The length in the file of a layer that was unpacked and compressed again, in bytes; `nil` for an unchanged blob, whose
        /// size determines it.
        package let length: Int64?

        package init(offset: Int64, size: Int64, written: Int64, length: Int64? = nil) {
            self.offset = offset
            self.size = size
            self.written = written
            self.length = length
        }

        /// Larger than any file, in bytes.
        private static let largestNumber: Int64 = 1 << 50

        fileprivate init?(_ words: some Collection<String>) {
            let numbers = words.compactMap { Int64($0) }
            guard numbers.count == words.count, (3...4).contains(numbers.count),
                numbers.allSatisfy({ (0...Self.largestNumber).contains($0) }),
                numbers[2] <= numbers[1]
            else { return nil }
            self.init(
                offset: numbers[0],
                size: numbers[1],
                written: numbers[2],
                length: numbers.count == 4 ? numbers[3] : nil
            )
        }

        fileprivate var line: String {
            "\(offset) \(size) \(written)\(length.map { " \($0)" } ?? "")\n"
        }
    }

    private let file: File
    private let known: Mutex<[Digest: Place]>

    /// The properties of an archive that determine the layout of its blobs. A journal only counts for an archive of its kind.
    package struct Kind: Sendable, Equatable {
        let content: Content
        /// The size of the archive's parts in bytes; `nil` for one file.
        let partSize: Int64?

        package init(_ content: Content, partSize: Int64? = nil) {
            self.content = content
            self.partSize = partSize
        }

        fileprivate var title: String {
            "rancher-images journal 1 \(content.title)\(partSize.map { " in parts of \($0)" } ?? "")\n"
        }
    }

    /// The form of the blobs in an archive.
    package enum Content: Sendable, Equatable {
        /// Unchanged, each in a gzip member of stored blocks.
        case storedMembers
        /// Unchanged, in a plain tar.
        case plainTar
        /// Unpacked layers, each compressed separately at a level, in one gzip member.
        case deflatedLayers(level: Int)
        /// Unpacked layers, in a plain tar.
        case plainLayers

        fileprivate var title: String {
            switch self {
            case .storedMembers: "gzip"
            case .plainTar: "tar"
            case .deflatedLayers(let level): "layers gzip \(level)"
            case .plainLayers: "layers tar"
            }
        }
    }

    /// Continues the journal at `path`, or begins one if there is none, or if it is of another kind of archive.
    ///
    /// - Parameter isFresh: whether the content of an older journal is dropped.
    /// - Throws: `FileError`, or `ForeignFileError` if the file is not a journal of this program.
    package init(_ path: String, _ kind: Kind, isFresh: Bool) throws {
        try File.requireStaged(path)
        let places = isFresh ? [:] : try Self.read(path, kind)
        // The older journal stays until this one is complete.
        let next = path + ".next"
        file = try File(staged: next, for: .updating)
        try file.resize(to: 0)
        known = Mutex(places)
        let lines = places.sorted { $0.value.offset < $1.value.offset }.map(Self.line)
        try file.write(kind.title + lines.joined())
        guard rename(next.nativeCString, path.nativeCString) == 0 else {
            throw FileError(operation: "rename \(next) to", path: path, code: errno)
        }
    }

    /// The places of the blobs.
    package var places: [Digest: Place] { known.withLock(\.self) }

    /// The number of bytes of blobs that were written; for unpacked layers, their length in the file.
    package var written: Int64 {
        known.withLock { Array($0.values) }.saturatedSum { $0.length ?? $0.written }
    }

    /// Ends the journal: nothing is appended after that.
    func end() { file.withdraw() }

    /// Records the place of a blob.
    package func note(_ digest: Digest, _ place: Place) throws {
        known.withLock { $0[digest] = place }
        // One call for a line, and each at the end of the file: lines of several threads do not mix.
        try file.write(Self.line(digest, place))
    }

    /// Returns the places of the blobs in the journal at `path`; none if it is of another kind of archive. Incomplete lines are ignored.
    ///
    /// - Throws: `FileError`, or `ForeignFileError`.
    static func read(_ path: String, _ kind: Kind) throws -> [Digest: Place] {
        try contents(of: path).map { places(in: $0, kind) } ?? [:]
    }

    /// Returns the places of the blobs in the text of a journal.
    static func places(in text: [UInt8], _ kind: Kind) -> [Digest: Place] {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        // The text after the last newline is truncated.
        lines = lines.dropLast()
        guard let title = lines.popFirst(), title.elementsEqual(kind.title.utf8.dropLast()) else {
            return [:]
        }
        var places: [Digest: Place] = [:]
        for line in lines {
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard let first = words.first, let digest = Digest(first), let place = Place(words.dropFirst()) else {
                continue
            }
            places[digest] = place
        }
        return places
    }

    private static func line(_ digest: Digest, _ place: Place) -> String {
        "\(digest) \(place.line)"
    }

    /// Larger than the journal of any archive, in bytes.
    private static let limit: Int64 = 256 << 20

    /// - Returns: `nil` if there is no journal.
    private static func contents(of path: String) throws -> [UInt8]? {
        do {
            let file = try File(staged: path, for: .reading)
            return try file.readBytes(Int(min(try file.size, limit)))
        } catch let error as FileError where error.code == ENOENT {
            return nil
        }
    }
}
