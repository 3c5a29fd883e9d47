import SystemIO

/// Output that is written under temporary names and renamed on commit: a file or a split file.
package protocol StagedOutput: AnyObject, Sendable {
    /// Random access to the written content.
    var content: any RandomAccess { get }

    var finalPath: String { get }

    /// The path of the file that is locked against other runs. The journal's path is this path with a suffix.
    var lockedPath: String { get }

    /// Returns the disk space still needed for `size` bytes, to detect a full disk in advance.
    ///
    /// - Returns: `nil` if the free space is unknown.
    func space(for size: Int64) throws -> DiskSpace?

    /// Syncs the content to the disk, and renames it. It replaces an older content, whose checksum and parts are removed. The call
    /// blocks until the disk is done; another thread may discard the output meanwhile.
    ///
    /// - Parameters:
    ///   - checksum: the checksum of this content, which is renamed with it; `nil` for none.
    ///   - path: the path on the command line, whose directory has the checksum and parts.
    /// - Throws: ``CompletedContentError`` if the new content is in place; else `FileError` (the older content is unchanged), or
    ///   `CancellationError` if the output has been discarded.
    func commit(with checksum: StagedFile?, of path: String) throws

    /// Ends the output, but keeps the written content for another run.
    func leave()

    /// Ends the output, and removes the written content. May be called more than once.
    func discard()
}

extension StagedFile: StagedOutput {
    package var content: any RandomAccess { file }

    package var lockedPath: String { file.path }

    package func commit(with checksum: StagedFile?, of path: String) throws {
        // First, so that there never is an older checksum for the new file.
        let older = try OlderChecksum(of: [path, finalPath])
        do {
            try commit()
        } catch {
            // The staged checksum holds the lock of the checksum's name.
            checksum?.discard()
            older.restore()
            throw error
        }
        try CompletedContentError.rethrow(path, .leftOver) {
            for path in Set([path, finalPath]) { try PartName.removeAll(of: path) }
        }
        try CompletedContentError.rethrow(path, .checksum) { try checksum?.commit() }
    }
}
