/// What is being written under other names than it will have: a file, or several that count as one.
package protocol UnfinishedContent: AnyObject, Sendable {
    /// What is there already, and where more is written.
    var content: any RandomAccess { get }

    /// What it will be called.
    var finalPath: String { get }

    /// The path of the file that is locked against other runs, beside which a journal lies.
    var lockedPath: String { get }

    /// What `size` bytes still take, so that a full disk is known before the work begins.
    ///
    /// - Returns: `nil` where the file system does not tell what is free.
    func space(for size: Int64) throws -> SpaceNeed?

    /// Brings it to the disk and gives it its name. It blocks for as long as the disk takes; meanwhile it may be discarded from another
    /// thread, at once.
    ///
    /// - Throws: `FileError`, or `CancellationError` where it has been discarded.
    func commit() throws

    /// Gives it up, but leaves what it has for another run.
    func leave()

    /// Gives it up, and removes what it has, or gives back the name where it had one before. May be called more than once.
    func discard()
}

extension UnfinishedFile: UnfinishedContent {
    package var content: any RandomAccess { file }

    package var lockedPath: String { file.path }
}
