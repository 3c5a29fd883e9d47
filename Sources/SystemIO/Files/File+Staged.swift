import Glibc

extension File {
    /// Opens a staged file or a journal, which only runs of this program write. Does not follow a symbolic link or wait for a pipe.
    ///
    /// - Parameter access: `.reading` or `.updating`.
    /// - Throws: `FileError`, or ``ForeignFileError``.
    package convenience init(staged path: String, for access: Access) throws {
        self.init(owning: try Self.openStaged(path, for: access), path: path)
    }

    /// Verifies that ``init(staged:for:)`` would accept the file at `path`, if one exists.
    ///
    /// - Throws: ``ForeignFileError``.
    package static func requireStaged(_ path: String) throws {
        var status = stat()
        if lstat(path.nativeCString, &status) == 0 { try require(status, path) }
    }

    private static func openStaged(_ path: String, for access: Access) throws -> Int32 {
        guard case .updating = access else { return try openExisting(path, O_RDONLY) }
        while true {
            // A new file belongs to this user, even if a file system without owners reports another one.
            let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            do throws(FileError) {
                return Int32(try retrying("open", path) { open(path.nativeCString, flags, 0o666) })
            } catch {
                guard error.code == EEXIST else { throw error }
            }
            do {
                return try openExisting(path, O_RDWR)
            } catch let error as FileError where error.code == ENOENT {
                // Another run has just renamed or removed the file.
                continue
            }
        }
    }

    private static func openExisting(_ path: String, _ flags: Int32) throws -> Int32 {
        var status = stat()
        _ = try retrying("open", path) { lstat(path.nativeCString, &status) }
        // Checked before opening too: opening a device can have effects.
        try require(status, path)
        let descriptor: Int32
        do throws(FileError) {
            descriptor = Int32(
                try retrying("open", path) {
                    open(path.nativeCString, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                }
            )
        } catch {
            guard error.code != ELOOP else { throw ForeignFileError(path: path, reason: .symbolicLink) }
            throw error
        }
        do {
            _ = try retrying("examine", path) { fstat(descriptor, &status) }
            try require(status, path)
            return descriptor
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    private static func require(_ status: stat, _ path: String) throws(ForeignFileError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK: throw ForeignFileError(path: path, reason: .symbolicLink)
        default: throw ForeignFileError(path: path, reason: .notRegular)
        }
        guard status.st_nlink <= 1 else { throw ForeignFileError(path: path, reason: .hardLinks) }
        guard status.st_uid == geteuid() || status.st_uid == ownerOfNewFiles(nextTo: path) else {
            throw ForeignFileError(path: path, reason: .otherOwner)
        }
    }

    /// The owner of new files of this user in the directory of `path`: another user on FAT, and on network file systems that map users.
    private static func ownerOfNewFiles(nextTo path: String) -> uid_t? {
        guard let file = try? File(temporaryIn: directory(of: path)) else { return nil }
        var status = stat()
        return fstat(file.descriptor, &status) == 0 ? status.st_uid : nil
    }
}

/// A file with the name of a staged file or a journal that no run of this program can have left.
package struct ForeignFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The property that no staged file has.
    package enum Reason: String, Equatable, Sendable {
        case symbolicLink = "it is a symbolic link"
        case notRegular = "it is not a regular file"
        case hardLinks = "it has more than one hard link"
        case otherOwner = "it belongs to another user"
    }

    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// One sentence.
    package var description: String {
        "cannot use \(path): \(reason.rawValue), so no earlier run has left it. Remove it, or name an archive in another directory"
    }
}
