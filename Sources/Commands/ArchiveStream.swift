/// An archive that is written to standard output.
enum ArchiveStream {
    /// Whether a path names the program's own standard output.
    static func isStandardOutput(_ path: String) -> Bool {
        ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(path)
    }
}
