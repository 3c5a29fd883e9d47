import Basics
import ByteIO
import Glibc
import Hashing
import ImageModel

/// The SHA-256 of an archive, in a file beside it that `sha256sum -c` reads: `ARCHIVE.sha256`.
///
/// It is there only with the archive that it is of: an older one is removed before the archive gets its name.
package final class ArchiveChecksum: Sendable {
    /// How the bytes of the archive are known.
    package enum Way: Sendable {
        /// They are written from the first to the last, and are hashed meanwhile.
        case whileWriting
        /// They are written at their places by several threads, or by another program, and are read once more.
        ///
        /// - Parameter notice: gets the number of bytes before that begins.
        case byReading(notice: @Sendable (Int64) -> Void)
    }

    private let archive: String
    private let way: Way
    /// Of what was written so far. What comes in order comes from one thread after the other.
    private nonisolated(unsafe) let running = ContentHash()

    /// - Parameter archive: the path as it was typed; where that is a link, the checksum stands beside the link.
    package init(of archive: String, _ way: Way) {
        self.archive = archive
        self.way = way
    }

    /// Takes the next bytes of the archive, in case they come in order.
    func note(_ bytes: UnsafeRawBufferPointer) {
        guard case .whileWriting = way else { return }
        running.update(bytes)
    }

    /// The checksum of a whole archive, in a file that has no name yet.
    func file(of archive: File) throws -> UnfinishedFile {
        let digest = try digest(of: archive)
        let unfinished = try UnfinishedFile(for: path)
        try unfinished.file.write(line(digest))
        return unfinished
    }

    /// Removes the checksum of an older archive.
    func removeOlder() throws {
        guard unlink(path.nativeCString) != 0, errno != ENOENT else { return }
        throw FileError(operation: "remove", path: path, code: errno)
    }

    private var path: String { archive + ".sha256" }

    private func digest(of archive: File) throws -> String {
        guard case .byReading(let notice) = way else { return running.finish().hex }
        notice(try archive.size)
        let hash = ContentHash()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var position: Int64 = 0
        while case let count = try archive.read(into: buffer, at: position), count > 0 {
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += Int64(count)
        }
        return hash.finish().hex
    }

    /// The digest and the name of the archive in its folder. A name with a backslash or a line's end is escaped, which a backslash
    /// before the digest tells (GNU coreutils, "md5sum invocation").
    private func line(_ digest: String) -> String {
        let name = archive.split(separator: "/").last.map(String.init) ?? archive
        let escapes: [Unicode.Scalar: String] = ["\\": "\\\\", "\n": "\\n", "\r": "\\r"]
        let escaped = name.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
        return (escaped == name ? "" : "\\") + "\(digest)  \(escaped)\n"
    }
}
