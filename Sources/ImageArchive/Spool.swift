import Glibc
import Synchronization
import SystemIO

/// Temporary space of a run: one file that has no name any more, so that it goes away with the process, however that ends.
///
/// One thread at a time adds to it; what was added is read by many.
package final class Spool: Sendable {
    /// The file, for reading sections of it.
    package let file: File
    /// The directory that the file lies in.
    let directory: String
    private let end = Mutex<Int64>(0)

    /// Makes the file in `directory`.
    package init(in directory: String) throws {
        self.directory = directory
        file = try File(temporaryIn: directory)
    }

    /// Adds bytes.
    ///
    /// - Throws: `FileError`, or ``ArchiveError/temporarySpaceIsFull(directory:)``.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try end.withLock { end in
            do {
                try file.write(bytes, at: end)
            } catch let error as FileError where error.code == ENOSPC || error.code == EDQUOT {
                throw ArchiveError.temporarySpaceIsFull(directory: directory)
            }
            end += Int64(bytes.count)
        }
    }

    /// Where the next byte will lie.
    var position: Int64 { end.withLock(\.self) }

    /// Looks whether there is room for about so many more bytes.
    ///
    /// - Throws: ``ArchiveError/noTemporarySpace(directory:needed:available:)``.
    package func requireSpace(for size: Int64) throws {
        if let available = file.availableSpace, available < size {
            throw ArchiveError.noTemporarySpace(directory: directory, needed: size, available: available)
        }
    }
}

/// A directory for temporary space, of which nothing is taken before it is needed.
final class TemporarySpace: Sendable {
    private let directory: String
    private let existing = Mutex<Spool?>(nil)

    init(directory: String) {
        self.directory = directory
    }

    /// The one spool in the directory.
    func spool() throws -> Spool {
        try existing.withLock { existing in
            if let existing { return existing }
            let spool = try Spool(in: directory)
            existing = spool
            return spool
        }
    }
}
