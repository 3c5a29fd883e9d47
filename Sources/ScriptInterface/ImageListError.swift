import ByteIO

/// Why a list cannot be read.
package struct ImageListError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: Equatable, Sendable {
        /// No list is named: the path is empty or null.
        case noPath
        /// There is no such file.
        case missing
        /// It is a folder.
        case directory
        /// The operating system refuses to open or to read it.
        case unreadable(FileError)
        /// It is larger than any list.
        case tooLarge
        /// It is no text, or a text in an encoding that is not known here.
        case noText
    }

    /// The list as the caller named it.
    package let path: String
    /// What is wrong.
    package let reason: Reason

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
        }
    }
}
