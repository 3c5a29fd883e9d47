import Glibc

/// Directories of the file system.
package enum Directory {
    /// Returns the names in a directory without `.` and `..`, sorted bytewise.
    package static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = opendir(path.nativeCString) else {
            throw FileError(operation: "read", path: path, code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(nativeCString: $0) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }
}
