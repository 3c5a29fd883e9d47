import SystemIO

/// What is being written under other names than it will have: a file, or several that count as one.
package protocol StagedOutput: AnyObject, Sendable {
    /// What is there already, and where more is written.
    var content: any RandomAccess { get }

    /// What it will be called.
    var finalPath: String { get }

    /// The path of the file that is locked against other runs, beside which a journal lies.
    var lockedPath: String { get }

    /// What `size` bytes still take, so that a full disk is known before the work begins.
    ///
    /// - Returns: `nil` where the file system does not tell what is free.
    func space(for size: Int64) throws -> DiskSpace?

    /// Brings it to the disk and gives it its name, in place of an older content: the older checksum and parts are removed. It blocks for
    /// as long as the disk takes; meanwhile it may be discarded from another thread, at once.
    ///
    /// - Parameters:
    ///   - checksum: the checksum of this content, which is renamed with it; `nil` for none.
    ///   - path: the path as it was typed, beside which the checksum and parts are.
    /// - Throws: ``CompletedContentError`` if the new content is in place; else `FileError` (the older content is unchanged), or
    ///   `CancellationError` where it has been discarded.
    func commit(with checksum: StagedFile?, of path: String) throws

    /// Gives it up, but leaves what it has for another run.
    func leave()

    /// Gives it up, and removes what it has. May be called more than once.
    func discard()
}

extension StagedFile: StagedOutput {
    package var content: any RandomAccess { file }

    package var lockedPath: String { file.path }

    package func commit(with checksum: StagedFile?, of path: String) throws {
        // First, so that no older checksum is beside the new file at any moment.
        let older = try OlderChecksum(of: [path, finalPath])
        do {
            try commit()
        } catch {
            // It holds the lock of the checksum's name.
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
