import Glibc
import OCI
import Synchronization
import SystemIO

/// What an unfinished archive has already, in a text file beside it, so that the next run can go on where one has ended.
///
/// The first line tells the kind of archive, each other line of a blob: `DIGEST OFFSET SIZE WRITTEN`, with ` LENGTH` behind it where
/// the blob is an unpacked layer; the later line of a digest counts. A line is added after the bytes that it tells of, but may
/// reach the disk before them. So it is no proof: the bytes are hashed before they count.
package final class ArchiveJournal: Sendable {
    /// Where a blob is, or as much of it as there is.
    package struct Place: Sendable, Hashable {
        /// Where in the file the blob's entry begins.
        package var offset: Int64
        /// The size of the blob in bytes.
        package let size: Int64
        /// How many bytes of the blob are there, from the first on.
        package let written: Int64
        /// How many bytes of the file a layer takes that was unpacked and deflated anew; `nil` for a blob as its registry has it, of
        /// which that follows from its size.
        package let length: Int64?

        package init(offset: Int64, size: Int64, written: Int64, length: Int64? = nil) {
            self.offset = offset
            self.size = size
            self.written = written
            self.length = length
        }

        /// More than any file has, in bytes.
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

    /// What an archive has to have in common with another one for blobs to lie in both at the same places.
    package struct Kind: Sendable, Equatable {
        let content: Content
        /// The size of the archive's parts in bytes; `nil` where it is one file.
        let partSize: Int64?

        package init(_ content: Content, partSize: Int64? = nil) {
            self.content = content
            self.partSize = partSize
        }

        fileprivate var title: String {
            "rancher-images journal 1 \(content.title)\(partSize.map { " in parts of \($0)" } ?? "")\n"
        }
    }

    /// The form that blobs have in an archive.
    package enum Content: Sendable, Equatable {
        /// As their registry has them, each in a gzip member of stored blocks.
        case storedMembers
        /// As their registry has them, in a plain tar.
        case plainTar
        /// Layers unpacked, each deflated by itself at a level, in one gzip member.
        case deflatedLayers(level: Int)
        /// Layers unpacked, in a plain tar.
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

    /// Goes on with the journal at `path`, or begins one where there is none, or it is one of another kind of archive.
    ///
    /// - Parameter isFresh: whether what an older journal tells is dropped.
    /// - Throws: `FileError`, or `ForeignFileError` if there is something else under the name of a journal.
    package init(_ path: String, _ kind: Kind, isFresh: Bool) throws {
        try File.requireStaged(path)
        let places = isFresh ? [:] : try Self.read(path, kind)
        // The older journal stays until this one is whole.
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

    /// Where blobs are.
    package var places: [Digest: Place] { known.withLock(\.self) }

    /// How many bytes of blobs are there; of unpacked layers, how many of the file.
    package var written: Int64 {
        known.withLock { Array($0.values) }.saturatedSum { $0.length ?? $0.written }
    }

    /// Ends the journal: nothing is added to it after that.
    func end() { file.withdraw() }

    /// Notes that so much of a blob is in its place now.
    package func note(_ digest: Digest, _ place: Place) throws {
        known.withLock { $0[digest] = place }
        // One call for a line, and each at the end of the file: lines of several threads do not mix.
        try file.write(Self.line(digest, place))
    }

    /// Where blobs are by the journal at `path`, which is none where that is of another kind of archive. Lines that are not whole are passed over.
    ///
    /// - Throws: `FileError`, or `ForeignFileError`.
    static func read(_ path: String, _ kind: Kind) throws -> [Digest: Place] {
        try contents(of: path).map { places(in: $0, kind) } ?? [:]
    }

    /// Where blobs are by the text of a journal.
    static func places(in text: [UInt8], _ kind: Kind) -> [Digest: Place] {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        // What stands behind the last newline was cut off.
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

    /// More than the journal of any archive has, in bytes.
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
