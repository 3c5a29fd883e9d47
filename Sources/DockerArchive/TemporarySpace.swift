import Synchronization

/// A folder for temporary space, of which nothing is taken before it is needed.
final class TemporarySpace: Sendable {
    private let folder: String
    private let existing = Mutex<Spool?>(nil)

    init(folder: String) {
        self.folder = folder
    }

    /// The one spool in the folder.
    func spool() throws -> Spool {
        try existing.withLock { existing in
            if let existing { return existing }
            let spool = try Spool(in: folder)
            existing = spool
            return spool
        }
    }
}
