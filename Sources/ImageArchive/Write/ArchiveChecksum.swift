import Dispatch
import OCI
import Synchronization
import SystemIO

/// The SHA-256 of an archive, or of each of its parts, in the file `ARCHIVE.sha256` in the format of `sha256sum -c`.
package final class ArchiveChecksum: Sendable {
    /// The source of the bytes to hash.
    package enum Way: Sendable {
        /// The bytes are written in order, and are hashed at the same time.
        case whileWriting
        /// The bytes are written in any order, or by another program, and are read again.
        ///
        /// - Parameter notice: called with the number of bytes before they are read.
        case byReading(notice: @Sendable (Int64) -> Void)
    }

    private let archive: String
    private let partSize: Int64?
    private let way: Way
    /// The hashes of the bytes written so far. One thread at a time writes bytes in order.
    private nonisolated(unsafe) var running = RunningHashes()

    private struct RunningHashes {
        var finished: [Digest] = []
        let current = ContentHash()
        /// The number of bytes of a part in ``current``.
        var count: Int64 = 0
    }

    /// - Parameters:
    ///   - archive: the path on the command line; for a link, the checksum is in the directory of the link.
    ///   - partSize: the size in bytes of the archive's parts, which have a checksum each; `nil` for one file.
    package init(of archive: String, partSize: Int64? = nil, _ way: Way) {
        self.archive = archive
        self.partSize = partSize
        self.way = way
    }

    /// Hashes the next bytes of the archive, if they are written in order.
    func append(_ bytes: UnsafeRawBufferPointer) {
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

    /// Returns the checksum of a complete archive, in a staged file.
    func file(of archive: any RandomAccess) throws -> StagedFile {
        let digests = try digests(of: archive)
        let unfinished = try StagedFile(for: ChecksumName.path(of: self.archive))
        let names = partSize == nil ? [self.archive] : digests.indices.map { PartName.path(self.archive, $0 + 1) }
        try unfinished.file.write(zip(digests, names).map(Self.line).joined())
        return unfinished
    }

    /// The number of parts that are read at a time.
    private static let readers = 4

    /// Returns the digest of the archive, or of each of its parts.
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

    /// Returns the line of a file: its digest and its name. A name with a backslash or a line break is escaped, and a backslash before
    /// the digest marks the line (GNU coreutils, "md5sum invocation").
    private static func line(_ digest: Digest, _ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let escapes: [Unicode.Scalar: String] = ["\\": "\\\\", "\n": "\\n", "\r": "\\r"]
        let escaped = name.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
        return (escaped == name ? "" : "\\") + "\(digest.hex)  \(escaped)\n"
    }
}
