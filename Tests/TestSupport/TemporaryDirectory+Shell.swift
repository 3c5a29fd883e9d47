import Glibc

extension TemporaryDirectory {
    /// Runs a command line of `sh` in the directory, with the locale `C.UTF-8`.
    ///
    /// - Returns: The standard output.
    /// - Throws: An error with the standard error, unless the exit status is `status`.
    @discardableResult
    public func shell(_ command: String, status expected: Int32 = 0) throws -> [UInt8] {
        let log = TemporaryDirectory.Log(directory: try TemporaryDirectory())
        let status = try spawnShell(
            "cd '\(path)' && export LC_ALL=C.UTF-8 && { \(command)\n} >'\(log.output)' 2>'\(log.errors)'"
        )
        guard status == expected else {
            throw TestSupportError("\(command): status \(status)\n\(try log.directory.text("errors"))")
        }
        return try log.directory.bytes("output")
    }

    /// The output is captured in another directory, so that the command sees only its own files.
    private struct Log {
        let directory: TemporaryDirectory
        var output: String { directory.path("output") }
        var errors: String { directory.path("errors") }
    }
}

/// Runs a command line and returns its exit status as in a shell's `$?`.
private func spawnShell(_ command: String) throws -> Int32 {
    let words: [String] = ["/bin/sh", "-c", command]
    let arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, "/bin/sh", nil, nil, arguments, environ)
    guard code == 0 else { throw TestSupportError("sh cannot be started", code) }
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
}
