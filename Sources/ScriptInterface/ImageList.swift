/// The references of a list, in its order, duplicates kept.
public struct ImageList: Sendable, Equatable {
    /// A line that names an image or a chart.
    public struct Entry: Sendable, Hashable {
        /// The reference as it stands, without blanks around it.
        public let reference: String
        /// The file it stands in, as the caller named it.
        public let file: String
        /// The line it stands in, from 1.
        public let line: Int

        /// Whether it is an OCI Helm chart.
        public var isChart: Bool { reference.contains("rancher/charts/") }
    }

    /// The lines that name something.
    public let entries: [Entry]
    /// What was read otherwise than the scripts read it (D1, D2, D3), one note for each kind and file.
    public let notes: [Note]

    /// Reads a list.
    ///
    /// In PowerShell mode the path may hold wildcards and backslashes, and the text may be UTF-16 or UTF-32 with a byte order
    /// mark. Bytes that are no UTF-8 are read as U+FFFD, so that they spoil the name they stand in and no other.
    ///
    /// - Parameter path: `nil` where PowerShell has null.
    public static func read(_ path: String?, mode: ScriptMode) throws(ImageListError) -> ImageList {
        guard let path, !path.isEmpty else { throw ImageListError(path: "", reason: .noPath) }
        var files = [path]
        if mode == .powerShell {
            files = PowerShellPath(path).files
            if files.isEmpty { throw ImageListError(path: path, reason: .missing) }
        }
        var room = Self.sizeLimit
        var entries: [Entry] = []
        var notes: [Note] = []
        for file in files {
            let bytes = try readFile(file, atMost: room)
            room -= bytes.count
            let list = try ImageList(bytes, file: file, mode: mode)
            entries += list.entries
            notes += list.notes
        }
        return ImageList(entries: entries, notes: notes)
    }

    init(entries: [Entry], notes: [Note]) {
        self.entries = entries
        self.notes = notes
    }
}
