import Glibc

extension File {
    /// Returns the content of a configuration file, which must be a regular file.
    ///
    /// A named pipe or a device is refused, since reading it could take forever.
    ///
    /// - Parameter limit: the maximum size in bytes.
    package static func content(ofRegular path: String, limit: Int) throws -> [UInt8] {
        // Without this flag, opening a named pipe waits for its other end.
        let descriptor = try retrying("open", path) { open(path.nativeCString, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        let file = File(owning: Int32(descriptor), path: path)
        guard try file.isRegular else { throw UnusableFile(path: path, reason: "it is not a regular file") }
        let content = try file.readBytes(limit + 1)
        guard content.count <= limit else {
            throw UnusableFile(path: path, reason: "it has more than \(limit) bytes")
        }
        return content
    }

    /// Verifies that a file that a library opens by its path is a regular file.
    ///
    /// - Returns: the problem, to follow the path; `nil` if there is none, or if the file cannot be examined.
    package static func problem(ofConfiguration path: String) -> String? {
        var status = stat()
        guard stat(path.nativeCString, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return nil }
        return "it is not a regular file"
    }
}

/// A configuration file that cannot be used.
package struct UnusableFile: Error, Equatable, Sendable, CustomStringConvertible {
    let path: String
    let reason: String

    package var description: String { "cannot read \(path): \(reason)" }
}
