import Glibc
import Synchronization

/// A file that is written under a temporary name, and renamed to its final name once it is complete.
///
/// The temporary name is the final one with a suffix. The file is locked, so that two runs cannot write it at the same time. A run
/// overwrites the file that a killed run has left. ``commit()`` and ``discard()`` can be called from two threads.
package final class StagedFile: Sendable {
    /// The suffix of the name until the file is complete.
    package static let suffix = ".unfinished"
    /// The suffix of the repaired copy of an archive until the copy is complete. Only repairs use it.
    package static let repairSuffix = ".repair"
    package static let suffixes = [suffix, repairSuffix]

    private enum State {
        case staged, committed, discarded
    }

    /// The open file, empty unless the content of an earlier run is kept.
    package let file: File
    /// The path after ``commit()``.
    package let finalPath: String
    private let state = Mutex(State.staged)

    /// Stages the file at `path`, or its target if `path` is a symbolic link.
    ///
    /// - Parameters:
    ///   - suffix: The suffix of the name until the file is complete.
    ///   - keepsContent: Whether the content that an earlier run has left is kept.
    /// - Throws: ``StagedFileError`` if another run is writing the same file; ``ForeignFileError`` if another kind of file has the
    ///   temporary name; `FileError` if the directory is missing or not writable, or `path` is a directory or a file that this user may
    ///   not write.
    package convenience init(
        for path: String,
        suffix: String = StagedFile.suffix,
        keepsContent: Bool = false
    ) throws {
        try self.init(for: path, suffix: suffix, keepsContent: keepsContent) { Self.lock($0) }
    }

    private static func lock(_ descriptor: Int32) -> Int32 {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
    }

    private static func rename(_ path: String, to other: String) throws(FileError) {
        guard Glibc.rename(path.nativeCString, other.nativeCString) == 0 else {
            throw FileError(operation: "rename \(path) to", path: other, code: errno)
        }
    }

    /// - Parameter lock: Locks the file with this descriptor. Returns 0 or an `errno`.
    init(
        for path: String,
        suffix: String = StagedFile.suffix,
        keepsContent: Bool = false,
        lock: (Int32) -> Int32
    ) throws {
        let target = try Self.target(of: path)
        var older = stat()
        let replacesFile = stat(target.nativeCString, &older) == 0
        let stagedPath = target + suffix
        file = try File(staged: stagedPath, for: .updating)
        finalPath = target
        // Any other error means that the file system, such as NFS, has no locks. That is no reason to refuse the run.
        guard lock(file.descriptor) != EWOULDBLOCK, Self.isStillNamed(file) else {
            state.withLock { $0 = .discarded }
            throw StagedFileError.busy(path: path, unfinished: stagedPath)
        }
        if !keepsContent { try file.resize(to: 0) }
        // The shell's `>` keeps the permissions of a file that it overwrites.
        if replacesFile { _ = fchmod(file.descriptor, older.st_mode & 0o7777) }
    }

    deinit {
        discard()
    }

    /// Returns the disk space that a file of `size` bytes still needs.
    ///
    /// - Returns: `nil` if the file system does not report the available space.
    package func space(for size: Int64) throws(FileError) -> DiskSpace? {
        guard let available = file.availableSpace else { return nil }
        return DiskSpace(path: finalPath, needed: size - (try file.allocatedSize), available: available)
    }

    /// Syncs the file to the disk and renames it, replacing an older file.
    ///
    /// Blocks until the disk is done. Another thread can discard the file meanwhile.
    ///
    /// - Throws: `FileError`, or `CancellationError` if the file has been discarded.
    package func commit() throws {
        do {
            try file.sync()
        } catch {
            throw state.withLock { $0 == .staged } ? error : CancellationError() as any Error
        }
        try state.withLock { state in
            guard state == .staged else { throw CancellationError() }
            // Network file systems may report only now that the disk is full. A second descriptor holds the lock meanwhile.
            let lock = try File(duplicating: file.descriptor, path: file.path)
            try file.close()
            try Self.rename(file.path, to: finalPath)
            state = .committed
            withExtendedLifetime(lock) {}
        }
        Self.syncDirectory(of: finalPath)
    }

    /// Ends the writing, and leaves the staged file for a later run.
    package func leave() {
        state.withLock { state in
            guard state == .staged else { return }
            state = .discarded
            file.withdraw()
        }
    }

    /// Removes the staged file, unless it has been committed. Can be called more than once.
    package func discard() {
        state.withLock { state in
            guard state == .staged else { return }
            state = .discarded
            unlink(file.path.nativeCString)
            file.withdraw()
        }
    }

    /// Syncs the directory of `path`, which brings a rename to the disk. A directory that cannot be synced is ignored.
    static func syncDirectory(of path: String) {
        try? File(File.directory(of: path), for: .reading).sync()
    }

    /// Returns the final path of a file that is staged for `path`: the target of a symbolic link, else `path`.
    ///
    /// - Throws: `FileError` if the path names a directory, or a file that this user may not write.
    package static func target(of path: String) throws(FileError) -> String {
        let target = File.resolvingLinks(in: path)
        var older = stat()
        guard stat(target.nativeCString, &older) == 0 else { return target }
        guard older.st_mode & S_IFMT != S_IFDIR else {
            throw FileError(operation: "write", path: path, code: EISDIR)
        }
        // A file that this user may not write must not be replaced either.
        guard access(target.nativeCString, W_OK) == 0 else {
            throw FileError(operation: "write", path: path, code: errno)
        }
        return target
    }

    /// Whether the path still names the open file: another run may have renamed or removed it.
    private static func isStillNamed(_ file: File) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(file.descriptor, &opened) == 0 && stat(file.path.nativeCString, &named) == 0
            && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }
}

/// The reason why a staged file cannot be written.
package enum StagedFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another run holds the lock of the staged file.
    case busy(path: String, unfinished: String)
    /// The file system has less space available than the file needs; sizes in bytes.
    case noSpace(path: String, needed: Int64, available: Int64)
    /// The content would have more parts than their names can number; sizes in bytes.
    case tooManyParts(path: String, size: Int64, partSize: Int64, limit: Int)

    /// One sentence.
    package var description: String {
        switch self {
        case .busy(let path, let unfinished):
            "cannot write \(path): another run is writing it (it holds \(unfinished))"
        case .noSpace(let path, let needed, let available):
            "cannot write \(path): No space left on device: it takes \(needed) bytes, and \(available) are free;"
                + " free space there, or name an archive on another disk"
        case .tooManyParts(let path, let size, let partSize, let limit):
            "cannot write \(path): its \(size) bytes make more than \(limit) parts of \(partSize): give a larger size"
        }
    }
}
