import ByteIO
import Glibc

/// An archive that is written to standard output.
enum ArchiveStream {
    /// Whether a path names the program's own standard output.
    static func isStandardOutput(_ path: String) -> Bool {
        ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(path)
    }

    /// The same stream under a descriptor of its own, which can be closed without closing the first.
    static func duplicate(_ stream: File) throws -> File {
        let descriptor = fcntl(stream.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw FileError(operation: "duplicate", path: stream.path, code: errno) }
        return File(owning: descriptor, path: stream.path)
    }
}
