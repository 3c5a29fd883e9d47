import ImageEngine

/// The images and charts that a list names, in its order, duplicates kept.
package struct ImageList: Sendable, Equatable {
    package let images: [ListedImage]
    /// What was read otherwise than the scripts read it (D1, D2, D3, D17), one notice for each kind and file.
    package let notices: [Notice]

    /// Reads a list.
    ///
    /// In PowerShell mode the path may hold wildcards and backslashes, and the text may be UTF-16 or UTF-32 with a byte order
    /// mark. There, bytes that are no UTF-8 are read as U+FFFD; in shell mode they stay as they are.
    ///
    /// - Parameter path: `nil` where PowerShell has null.
    package static func read(_ path: String?, mode: ScriptMode) throws(ImageListError) -> ImageList {
        guard let path, !path.isEmpty else { throw ImageListError(path: "", reason: .noPath) }
        var files = [path]
        if mode == .powerShell {
            files = PowerShellPath(path).files
            if files.isEmpty { throw ImageListError(path: path, reason: .missing) }
        }
        var room = Self.sizeLimit
        var images: [ListedImage] = []
        var notices: [Notice] = []
        for file in files {
            let (bytes, isRegular) = try readFile(file, atMost: room)
            room -= bytes.count
            let list = try ImageList(bytes, file: file, mode: mode)
            images += list.images
            if mode == .shell, !isRegular, let last = list.images.last {
                notices.append(Notice(kind: .stream, file: file, lines: last.line, firstLine: 1))
            }
            notices += list.notices
        }
        return ImageList(images: images, notices: notices)
    }

    init(images: [ListedImage], notices: [Notice]) {
        self.images = images
        self.notices = notices
    }
}
