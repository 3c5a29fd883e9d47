/// The disk space that a file needs, and the space that is available to it.
package struct DiskSpace: Sendable, Equatable {
    /// The final path of the file.
    package let path: String
    /// In bytes, without the space that the file already takes.
    package let needed: Int64
    /// In bytes, for this user.
    package let available: Int64

    package init(path: String, needed: Int64, available: Int64) {
        self.path = path
        self.needed = needed
        self.available = available
    }

    /// Whether enough space is available.
    package var isMet: Bool { available >= needed }

    /// Verifies that enough space is available.
    ///
    /// - Throws: ``StagedFileError/noSpace(path:needed:available:)``.
    package func require() throws(StagedFileError) {
        guard isMet else { throw .noSpace(path: path, needed: needed, available: available) }
    }
}
