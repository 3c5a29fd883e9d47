import Glibc
import Synchronization

/// A file that is being written beside the name it will have, and that appears under that name only when it is whole.
///
/// It is called as the final file with `.unfinished` behind it, and locked, so that two runs cannot write the same one. What a
/// killed run has left behind is written over by the next. ``commit()`` and ``discard()`` may be called from two threads: one
/// of them comes first.
package final class StagedFile: Sendable {
    /// What stands behind the final name until the file is whole.
    package static let suffix = ".unfinished"
    /// Stands behind the name of an archive until its repaired copy is complete. Only repairs use files of that name.
    package static let repairSuffix = ".repair"
    /// All suffixes of staged files.
    package static let suffixes = [suffix, repairSuffix]

    private enum State {
        case unfinished, committed, discarded
    }

    /// The file itself, empty at first unless what an earlier run has left is kept.
    package let file: File
    /// What the file will be called.
    package let finalPath: String
    private let state = Mutex(State.unfinished)

    /// Starts a file that will be called `path`; where that is a symbolic link, what it points to, there or not.
    ///
    /// - Parameters:
    ///   - suffix: stands behind the final name until the file is whole.
    ///   - keepsContent: whether what a run before has left in the file stays.
    /// - Throws: ``StagedFileError``: another run is writing the same file; ``ForeignFileError``: there is something else under
    ///   the temporary name; `FileError`: the directory is missing or not writable, or `path` is a directory itself, or a file that this
    ///   user may not write to.
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

    /// - Parameter lock: asks for the lock of the file with this descriptor, and returns 0 or the `errno` of the refusal.
    init(
        for path: String,
        suffix: String = StagedFile.suffix,
        keepsContent: Bool = false,
        lock: (Int32) -> Int32
    ) throws {
        let target = try Self.target(of: path)
        var older = stat()
        let isThere = stat(target.nativeCString, &older) == 0
        let unfinished = target + suffix
        file = try File(staged: unfinished, for: .updating)
        finalPath = target
        // Only this refusal is of another run's making. Where the file system has no locks, as NFS may have none, two runs are
        // not kept apart, which is no reason to refuse one.
        guard lock(file.descriptor) != EWOULDBLOCK, Self.isStillNamed(file) else {
            state.withLock { $0 = .discarded }
            throw StagedFileError.busy(path: path, unfinished: unfinished)
        }
        if !keepsContent { try file.resize(to: 0) }
        // The shell's `>` keeps the permissions of a file that it writes over.
        if isThere { _ = fchmod(file.descriptor, older.st_mode & 0o7777) }
    }

    deinit {
        discard()
    }

    /// What a file of `size` bytes still takes, so that a full disk is known before the work begins.
    ///
    /// - Returns: `nil` where the file system does not tell what is free.
    package func space(for size: Int64) throws(FileError) -> DiskSpace? {
        guard let available = file.availableSpace else { return nil }
        return DiskSpace(path: finalPath, needed: size - (try file.allocatedSize), available: available)
    }

    /// Brings the file to the disk and gives it its name, in place of an older one.
    ///
    /// It blocks for as long as the disk takes. Meanwhile the file may be discarded from another thread, at once.
    ///
    /// - Throws: `FileError`, or `CancellationError` where the file has been discarded.
    package func commit() throws {
        do {
            try file.sync()
        } catch {
            throw state.withLock { $0 == .unfinished } ? error : CancellationError() as any Error
        }
        try state.withLock { state in
            guard state == .unfinished else { throw CancellationError() }
            // Network file systems may report only now that the disk is full. A second descriptor holds the lock meanwhile.
            let lock = try File(duplicating: file.descriptor, path: file.path)
            try file.close()
            try Self.rename(file.path, to: finalPath)
            state = .committed
            withExtendedLifetime(lock) {}
        }
        Self.syncDirectory(of: finalPath)
    }

    /// Gives the file up, but leaves what it has for another run.
    package func leave() {
        state.withLock { state in
            guard state == .unfinished else { return }
            state = .discarded
            file.withdraw()
        }
    }

    /// Removes the file, unless it has its final name already. May be called more than once.
    package func discard() {
        state.withLock { state in
            guard state == .unfinished else { return }
            state = .discarded
            unlink(file.path.nativeCString)
            file.withdraw()
        }
    }

    /// A name is on the disk only when its directory is. Where a directory cannot be brought there, the name is there all the same.
    static func syncDirectory(of path: String) {
        try? File(directory(of: path), for: .reading).sync()
    }

    /// What a file called `path` would be written as; where that is a symbolic link, what it points to, there or not.
    ///
    /// - Throws: `FileError` where that is a directory, or a file that this user may not write to.
    package static func target(of path: String) throws(FileError) -> String {
        let target = resolve(path)
        var older = stat()
        guard stat(target.nativeCString, &older) == 0 else { return target }
        guard older.st_mode & S_IFMT != S_IFDIR else {
            throw FileError(operation: "write", path: path, code: EISDIR)
        }
        // A file that must not be written over is not to be replaced either.
        guard access(target.nativeCString, W_OK) == 0 else {
            throw FileError(operation: "write", path: path, code: errno)
        }
        return target
    }

    /// The file that a path leads to, through all links; the last target if that does not exist.
    private static func resolve(_ path: String) -> String {
        var path = path
        // As many links as the system follows.
        for _ in 0..<40 {
            if let resolved = realpath(path.nativeCString, nil) {
                defer { free(resolved) }
                return String(nativeCString: resolved)
            }
            // The target of a link may be still to come: an archive on another disk.
            guard let target = File.target(ofLink: path) else { return path }
            path = target.hasPrefix("/") ? target : directory(of: path) + target
        }
        return path
    }

    /// The path up to its last slash.
    package static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    }

    /// Whether the name still leads to the file that was opened: another run may have finished or removed it in between.
    private static func isStillNamed(_ file: File) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(file.descriptor, &opened) == 0 && stat(file.path.nativeCString, &named) == 0
            && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }
}

/// A file that cannot be written because another run writes it, or because its file system has no room for it.
package enum StagedFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another run holds the unfinished file.
    case busy(path: String, unfinished: String)
    /// The file system has less room than the file will take; sizes in bytes.
    case noSpace(path: String, needed: Int64, available: Int64)
    /// The content would have more parts than can be told apart by their names; sizes in bytes.
    case tooManyParts(path: String, size: Int64, partSize: Int64, limit: Int)

    /// One sentence.
    package var description: String {
        switch self {
        case .busy(let path, let unfinished):
            "cannot write \(path): another run is writing it (it holds \(unfinished))"
        case .noSpace(let path, let needed, let available):
            "cannot write \(path): No space left on device: it takes \(needed) bytes, and \(available) are free;"
                + " make room there, or name an archive on another disk"
        case .tooManyParts(let path, let size, let partSize, let limit):
            "cannot write \(path): its \(size) bytes make more than \(limit) parts of \(partSize): give a larger size"
        }
    }
}
