import Glibc

extension File {
    /// Whether a path names something that can only be written in order and never replaced: a device, a pipe, a socket, or any
    /// descriptor of this process.
    package static func isStream(_ path: String) -> Bool {
        if descriptor(namedBy: path) != nil { return true }
        var status = stat()
        return stat(path.nativeCString, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// Whether a path names the standard output of this process.
    package static func isStandardOutput(_ path: String) -> Bool { descriptor(namedBy: path) == 1 }

    /// Opens a stream, as defined by ``isStream(_:)``, for writing. Opening a named pipe waits for its reader.
    package convenience init(stream path: String) throws(FileError) {
        guard let descriptor = Self.descriptor(namedBy: path) else {
            try self.init(path, for: .writing)
            return
        }
        // Opening the path again would overwrite the beginning of a file that the descriptor has already written to.
        try self.init(duplicating: descriptor, path: path)
    }

    /// Duplicates a descriptor. Each can be closed alone; both share the position.
    package convenience init(duplicating descriptor: Int32, path: String) throws(FileError) {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
        self.init(owning: copy, path: path)
    }

    /// Replaces the content of the file at `path` in one step, once the new content is on the disk. Writes to a stream directly.
    ///
    /// Blocks until the disk, or the reader of a pipe, is done.
    ///
    /// - Throws: `FileError` or ``StagedFileError``.
    package static func write(_ text: String, replacing path: String) throws {
        try write(text.nativeBytes, replacing: path)
    }

    /// Replaces the content of the file at `path`, as ``write(_:replacing:)`` for a text does.
    package static func write(_ bytes: [UInt8], replacing path: String) throws {
        if isStream(path) {
            let stream = try File(stream: path)
            try stream.write(bytes)
            try stream.close()
        } else {
            let staged = try StagedFile(for: path)
            try staged.file.write(bytes)
            try staged.commit()
        }
    }

    /// Verifies that ``write(_:replacing:)`` can write a file, without changing it.
    ///
    /// - Throws: `FileError` or ``StagedFileError``.
    package static func verifyReplaceable(_ path: String) throws {
        guard isStream(path) else {
            try StagedFile(for: path).discard()
            return
        }
        // Opening a named pipe would wait for its reader.
        guard descriptor(namedBy: path) != nil || access(path.nativeCString, W_OK) == 0 else {
            throw FileError(operation: "write", path: path, code: errno)
        }
    }

    /// Whether two paths name the same file, which may not exist yet.
    package static func areSame(_ path: String, _ other: String) -> Bool { location(of: path) == location(of: other) }

    /// The absolute path of a file without links; the file itself may be missing.
    private static func location(of path: String) -> String {
        let target = resolvingLinks(in: path)
        let name = target.split(separator: "/").last ?? ""
        return realPath(directory(of: target)).map { $0 + ($0.hasSuffix("/") ? "" : "/") + name } ?? target
    }

    /// The target of a path after all links; the last target if that does not exist.
    static func resolvingLinks(in path: String) -> String {
        var path = path
        // The system follows at most 40 links.
        for _ in 0..<40 {
            if let real = realPath(path) { return real }
            // The target of a link may not exist yet: an archive on another disk.
            guard let target = target(ofLink: path) else { return path }
            path = target.hasPrefix("/") ? target : directory(of: path) + target
        }
        return path
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path.nativeCString, nil) else { return nil }
        defer { free(real) }
        return String(nativeCString: real)
    }

    /// The path up to its last slash.
    package static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    }

    /// The descriptor of a path such as `/dev/stdout` or `/dev/fd/3`.
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
    /// Removes the file at `path`, if it exists.
    package static func remove(_ path: String) throws(FileError) {
        guard unlink(path.nativeCString) != 0, errno != ENOENT else { return }
        throw FileError(operation: "remove", path: path, code: errno)
    }
}
