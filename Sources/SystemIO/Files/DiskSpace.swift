/// What a file is going to take of its file system, beside what is free there.
package struct DiskSpace: Sendable, Equatable {
    /// What the file will be called.
    package let path: String
    /// In bytes, without what the file takes already.
    package let needed: Int64
    /// What this process may still write, in bytes.
    package let available: Int64

    package init(path: String, needed: Int64, available: Int64) {
        self.path = path
        self.needed = needed
        self.available = available
    }

    /// Whether there is room.
    package var isMet: Bool { available >= needed }

    /// Makes sure that there is room.
    ///
    /// - Throws: ``StagedFileError/noSpace(path:needed:available:)``.
    package func require() throws(StagedFileError) {
        guard isMet else { throw .noSpace(path: path, needed: needed, available: available) }
    }
}
