import Dispatch
import OCI
import Synchronization
import SystemIO

/// The SHA-256 of an archive, or of each of its parts, in a file beside it that `sha256sum -c` reads: `ARCHIVE.sha256`.
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
    private let partSize: Int64?
    private let way: Way
    /// Of what was written so far. What comes in order comes from one thread after the other.
    private nonisolated(unsafe) var running = RunningHashes()

    private struct RunningHashes {
        var finished: [Digest] = []
        let current = ContentHash()
        /// How many bytes ``current`` has, of a part.
        var count: Int64 = 0
    }

    /// - Parameters:
    ///   - archive: the path as it was typed; where that is a link, the checksum stands beside the link.
    ///   - partSize: the size in bytes of the archive's parts, which have a checksum each; `nil` where it is one file.
    package init(of archive: String, partSize: Int64? = nil, _ way: Way) {
        self.archive = archive
        self.partSize = partSize
        self.way = way
    }

    /// Takes the next bytes of the archive, in case they come in order.
    func note(_ bytes: UnsafeRawBufferPointer) {
        guard case .whileWriting = way else { return }
        var rest = bytes
        while !rest.isEmpty {
            if running.count == partSize {
                running.finished.append(running.current.finish())
                running.count = 0
            }
            let count = Int(min(Int64(rest.count), (partSize ?? .max) - running.count))
            running.current.update(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            running.count += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The checksum of a whole archive, in a file that has no name yet.
    func file(of archive: any RandomAccess) throws -> StagedFile {
        let digests = try digests(of: archive)
        let unfinished = try StagedFile(for: ChecksumName.path(of: self.archive))
        let names = partSize == nil ? [self.archive] : digests.indices.map { PartName.path(self.archive, $0 + 1) }
        try unfinished.file.write(zip(digests, names).map(Self.line).joined())
        return unfinished
    }

    /// How many parts are read at a time.
    private static let readers = 4

    /// Of the archive, or of each of its parts, which are read several at a time.
    private func digests(of archive: any RandomAccess) throws -> [Digest] {
        let size = try archive.size
        guard case .byReading(let notice) = way else { return running.finished + [running.current.finish()] }
        notice(size)
        let partSize = partSize ?? max(1, size)
        let count = max(1, Int((size + partSize - 1) / partSize))
        let digests = Mutex<[Result<Digest, any Error>?]>(Array(repeating: nil, count: count))
        let next = Atomic(0)
        let group = DispatchGroup()
        // Serial queues, since the global ones share the threads of tasks.
        for _ in 0..<min(count, Self.readers) {
            DispatchQueue(label: "checksum")
                .async(group: group) {
                    while case let index = next.add(1, ordering: .relaxed).oldValue, index < count {
                        let section = FileSection(of: archive, at: Int64(index) * partSize, length: partSize)
                        let digest = Result {
                            let hash = ContentHash()
                            try section.forEachPiece(hash.update)
                            return hash.finish()
                        }
                        digests.withLock { $0[index] = digest }
                    }
                }
        }
        group.wait()
        return try digests.withLock(\.self).compactMap { try $0?.get() }
    }

    /// A digest and the name of a file in its directory. A name with a backslash or a line's end is escaped, which a backslash
    /// before the digest tells (GNU coreutils, "md5sum invocation").
    private static func line(_ digest: Digest, _ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let escapes: [Unicode.Scalar: String] = ["\\": "\\\\", "\n": "\\n", "\r": "\\r"]
        let escaped = name.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
        return (escaped == name ? "" : "\\") + "\(digest.hex)  \(escaped)\n"
    }
}
