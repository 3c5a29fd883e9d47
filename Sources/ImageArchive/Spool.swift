import Glibc
import Synchronization
import SystemIO

/// The temporary space of a run: one unlinked file, which disappears with the process, however that ends.
///
/// One thread at a time appends to the file; many threads read it.
package final class Spool: Sendable {
    package let file: File
    /// The directory of the file.
    let directory: String
    private let end = Mutex<Int64>(0)

    /// Makes the file in `directory`.
    package init(in directory: String) throws {
        self.directory = directory
        file = try File(temporaryIn: directory)
    }

    /// Appends bytes.
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

    /// The offset of the next byte.
    var position: Int64 { end.withLock(\.self) }

    /// Verifies that there is space for about `size` more bytes.
    ///
    /// - Throws: ``ArchiveError/noTemporarySpace(directory:needed:available:)``.
    package func requireSpace(for size: Int64) throws {
        if let available = file.availableSpace, available < size {
            throw ArchiveError.noTemporarySpace(directory: directory, needed: size, available: available)
        }
    }
}

/// A directory for a spool that is created when it is needed.
final class TemporarySpace: Sendable {
    private let directory: String
    private let existing = Mutex<Spool?>(nil)

    init(directory: String) {
        self.directory = directory
    }

    /// Returns the one spool in the directory, creating it first if necessary.
    func spool() throws -> Spool {
        try existing.withLock { existing in
            if let existing { return existing }
            let spool = try Spool(in: directory)
            existing = spool
            return spool
        }
    }
}
