import Engine
import Glibc
import SystemIO

/// The entries of an image list, in its order and with duplicates.
package struct ImageList: Sendable, Equatable {
    package let images: [ImageListEntry]
    /// Deliberate differences from the scripts (D1, D2, D3, D17), one notice for each kind and file.
    package let notices: [Notice]

    /// Reads a list.
    ///
    /// In PowerShell mode the path can have wildcards and backslashes, and the text can be UTF-16 or UTF-32 with a byte order mark. Bytes
    /// that are not UTF-8 become U+FFFD in PowerShell mode; in shell mode they are kept.
    ///
    /// - Parameter path: `nil` if PowerShell has null.
    package static func read(_ path: String?, mode: ScriptMode) throws(ImageListError) -> ImageList {
        guard let path, !path.isEmpty else { throw ImageListError(path: "", reason: .noPath) }
        var files = [path]
        if mode == .powerShell {
            files = PowerShellPath(path).files
            if files.isEmpty { throw ImageListError(path: path, reason: .missing) }
        }
        var limit = Self.sizeLimit
        var images: [ImageListEntry] = []
        var notices: [Notice] = []
        for file in files {
            let (bytes, isRegular) = try readFile(file, atMost: limit)
            limit -= bytes.count
            let list = try ImageList(bytes, file: file, mode: mode)
            images += list.images
            if mode == .shell, !isRegular, let last = list.images.last {
                notices.append(Notice(kind: .stream, file: file, lines: last.line, firstLine: 1))
            }
            notices += list.notices
        }
        return ImageList(images: images, notices: notices)
    }

    init(images: [ImageListEntry], notices: [Notice]) {
        self.images = images
        self.notices = notices
    }
}

/// The reason that a list cannot be read.
package struct ImageListError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The path is empty or null.
        case noPath
        /// The file does not exist.
        case missing
        case directory
        /// The operating system cannot open or read the file.
        case unreadable(FileError)
        /// The file is larger than any list.
        case tooLarge
        /// The file is not a text in a supported encoding.
        case noText
        /// The list has no images.
        case empty
    }

    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// One sentence.
    package var description: String {
        switch reason {
        case .noPath: "no image list is named: the path of the list is empty"
        case .missing: "cannot read the image list '\(path)': there is no such file"
        case .directory: "cannot read the image list '\(path)': it is a directory"
        case .unreadable(let error): "cannot read the image list '\(path)': \(systemMessage(error.code))"
        case .tooLarge:
            "the image list '\(path)' is larger than \(ImageList.sizeLimit >> 20) MiB: name a text file with one image a line"
        case .noText:
            "the image list '\(path)' has zero bytes: save it as plain UTF-8 text with one image a line"
        case .empty: "the image list '\(path)' names no image: check how it was made"
        }
    }
}

extension ImageList {
    /// The largest allowed size of all files of a list together. Rancher's lists have about 100 KB.
    static let sizeLimit = 8 << 20

    /// Reads the bytes of a list, and determines whether they can be read again. A pipe such as `<(grep …)` of a shell cannot.
    static func readFile(
        _ path: String,
        atMost limit: Int
    ) throws(ImageListError) -> (bytes: [UInt8], isRegular: Bool) {
        do throws(FileError) {
            let file = try File(path, for: .reading)
            var bytes: [UInt8] = []
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
            defer { buffer.deallocate() }
            while bytes.count <= limit {
                let count = try file.read(into: buffer)
                if count == 0 { return (bytes, try file.isRegular) }
                bytes += buffer[..<count]
            }
        } catch {
            let reason: ImageListError.Reason =
                switch error.code {
                case ENOENT, ENOTDIR: .missing
                case EISDIR: .directory
                default: .unreadable(error)
                }
            throw ImageListError(path: path, reason: reason)
        }
        throw ImageListError(path: path, reason: .tooLarge)
    }
}
