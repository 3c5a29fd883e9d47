import Glibc

extension File {
    /// Whether a path leads to what can only be written in order and has no other content to be replaced: a device, a pipe, a
    /// socket, or a descriptor of this process, whatever that is.
    package static func isStream(_ path: String) -> Bool {
        if descriptor(namedBy: path) != nil { return true }
        var status = stat()
        return stat(path.nativeCString, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// Whether a path names the process's own standard output.
    package static func isStandardOutput(_ path: String) -> Bool { descriptor(namedBy: path) == 1 }

    /// Opens what is a stream by ``isStream(_:)`` for writing. A named pipe is waited for until somebody reads it.
    package convenience init(stream path: String) throws(FileError) {
        guard let descriptor = Self.descriptor(namedBy: path) else {
            try self.init(path, for: .writing)
            return
        }
        // Not opened again: that would write over the beginning of a file that the descriptor has written further.
        try self.init(duplicating: descriptor, path: path)
    }

    /// The same file under a descriptor of its own, which can be closed without closing the first. Both share the position.
    package convenience init(duplicating descriptor: Int32, path: String) throws(FileError) {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
        self.init(owning: copy, path: path)
    }

    /// Gives the file at `path` a new content, which appears when it is whole and on the disk. What is a stream is written to.
    ///
    /// It blocks for as long as the disk, or who reads a pipe, takes.
    ///
    /// - Throws: `FileError` or ``StagedFileError``.
    package static func write(_ text: String, replacing path: String) throws {
        try write(text.nativeBytes, replacing: path)
    }

    /// As ``write(_:replacing:)`` of a text.
    package static func write(_ bytes: [UInt8], replacing path: String) throws {
        if isStream(path) {
            let stream = try File(stream: path)
            try stream.write(bytes)
            try stream.close()
        } else {
            let unfinished = try StagedFile(for: path)
            try unfinished.file.write(bytes)
            try unfinished.commit()
        }
    }

    /// Verifies that ``write(_:replacing:)`` can write a file, without changing what is there.
    ///
    /// - Throws: `FileError` or ``StagedFileError``.
    package static func verifyReplaceable(_ path: String) throws {
        guard isStream(path) else {
            try StagedFile(for: path).discard()
            return
        }
        // A named pipe is not opened: that would wait for its reader.
        guard descriptor(namedBy: path) != nil || access(path.nativeCString, W_OK) == 0 else {
            throw FileError(operation: "write", path: path, code: errno)
        }
    }

    /// Whether two paths name one file, which may not exist yet.
    package static func areSame(_ path: String, _ other: String) -> Bool { location(of: path) == location(of: other) }

    /// The path of a file without links, as far as it exists.
    private static func location(of path: String) -> String {
        func resolved(_ path: String) -> String? {
            realpath(path.nativeCString, nil)
                .map { resolved in
                    defer { free(resolved) }
                    return String(nativeCString: resolved)
                }
        }
        if let file = resolved(path) { return file }
        let name = path.split(separator: "/").last ?? ""
        return resolved(StagedFile.directory(of: path)).map { $0 + (($0.hasSuffix("/")) ? "" : "/") + name } ?? path
    }

    /// The descriptor that a path names as its own process's, as `/dev/stdout` and `/dev/fd/3` do.
    private static func descriptor(namedBy path: String) -> Int32? {
        switch path {
        case "/dev/stdin": return 0
        case "/dev/stdout": return 1
        case "/dev/stderr": return 2
        default:
            let directory = ["/dev/fd/", "/proc/self/fd/"].first(where: path.hasPrefix)
            return directory.flatMap { Int32(path.dropFirst($0.count)) }
        }
    }
}

extension File {
    /// Removes the file at `path`, if there is one.
    package static func remove(_ path: String) throws(FileError) {
        guard unlink(path.nativeCString) != 0, errno != ENOENT else { return }
        throw FileError(operation: "remove", path: path, code: errno)
    }
}
