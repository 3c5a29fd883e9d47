import Basics
import ByteIO
import Glibc
import ImageModel
import Synchronization

/// What an unfinished archive has already, in a text file beside it, so that the next run can go on where one has ended.
///
/// The first line tells the kind of archive, each other line of a blob: `DIGEST OFFSET SIZE WRITTEN`, the later line of a digest
/// counts. A line is added after the bytes that it tells of, but may reach the disk before them. So it is no proof: the bytes are
/// hashed before they count.
package final class ArchiveJournal: Sendable {
    /// Where a blob is, or as much of it as there is.
    package struct Place: Sendable, Hashable {
        /// Where in the file the blob's entry begins.
        package var offset: Int64
        /// The size of the blob in bytes.
        package let size: Int64
        /// How many bytes of the blob are there, from the first on.
        package let written: Int64
    }

    private let file: File
    private let known: Mutex<[Digest: Place]>

    /// What an archive has to have in common with another one for blobs to lie in both at the same places.
    package struct Kind: Sendable, Equatable {
        /// Whether the archive's entries are gzip members of stored blocks; else it is a plain tar.
        let isGzip: Bool
        /// The size of the archive's parts in bytes; `nil` where it is one file.
        let partSize: Int64?

        package init(isGzip: Bool, partSize: Int64? = nil) {
            self.isGzip = isGzip
            self.partSize = partSize
        }

        fileprivate var title: String {
            "rancher-images journal 1 \(isGzip ? "gzip" : "tar")\(partSize.map { " in parts of \($0)" } ?? "")\n"
        }
    }

    /// Goes on with the journal at `path`, or begins one where there is none, or it is one of another kind of archive.
    ///
    /// - Parameter isFresh: whether what an older journal tells is dropped.
    package init(_ path: String, _ kind: Kind, isFresh: Bool) throws {
        let places = isFresh ? [:] : Self.read(path, kind)
        // The older journal stays until this one is whole.
        let next = path + ".next"
        file = try File(next, for: .creating)
        known = Mutex(places)
        let lines = places.sorted { $0.value.offset < $1.value.offset }.map(Self.line)
        try file.write(kind.title + lines.joined())
        guard rename(next.nativeCString, path.nativeCString) == 0 else {
            throw FileError(operation: "rename \(next) to", path: path, code: errno)
        }
    }

    /// Where blobs are.
    package var places: [Digest: Place] { known.withLock(\.self) }

    /// How many bytes of blobs are there.
    package var written: Int64 { known.withLock { $0.values.reduce(0) { $0 + $1.written } } }

    /// Notes where blobs ought to be, each whole.
    package func note(_ places: [Digest: Place]) throws {
        for (digest, place) in places.sorted(by: { $0.value.offset < $1.value.offset }) { try note(digest, place) }
    }

    /// Notes that so much of a blob is in its place now.
    package func note(_ digest: Digest, _ place: Place) throws {
        known.withLock { $0[digest] = place }
        // One call for a line, and each at the end of the file: lines of several threads do not mix.
        try file.write(Self.line(digest, place))
    }

    /// Where blobs are by the journal at `path`, which is none where that is of another kind of archive. Lines that are not whole are passed over.
    static func read(_ path: String, _ kind: Kind) -> [Digest: Place] {
        guard let text = try? contents(of: path) else { return [:] }
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        // What stands behind the last newline was cut off.
        lines = lines.dropLast()
        guard let title = lines.popFirst(), title.elementsEqual(kind.title.utf8.dropLast()) else {
            return [:]
        }
        var places: [Digest: Place] = [:]
        for line in lines {
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 4, let digest = Digest(words[0]), let offset = Int64(words[1]),
                let size = Int64(words[2]), let written = Int64(words[3]), offset >= 0, (0...size).contains(written)
            else { continue }
            places[digest] = Place(offset: offset, size: size, written: written)
        }
        return places
    }

    private static func line(_ digest: Digest, _ place: Place) -> String {
        "\(digest) \(place.offset) \(place.size) \(place.written)\n"
    }

    private static func contents(of path: String) throws -> [UInt8] {
        let file = try File(path, for: .reading)
        return try file.readBytes(Int(min(try file.size, 1 << 30)))
    }
}
