import CWriteback
import Glibc

extension File {
    /// How many bytes the file has; 0 for what is not a regular file.
    package var size: Int64 {
        get throws(FileError) { Int64(try status.st_size) }
    }

    /// Whether the file is a regular one, which can be read and written at any offset.
    package var isRegular: Bool {
        get throws(FileError) { try status.st_mode & S_IFMT == S_IFREG }
    }

    /// Makes the file `size` bytes long: cuts the rest, or adds zeros that take no space.
    package func resize(to size: Int64) throws(FileError) {
        _ = try retrying("resize", path) { ftruncate(descriptor, off_t(size)) }
    }

    /// How many bytes this process may still write to the file's system; `nil` where that keeps no count.
    package var availableSpace: Int64? {
        var space = statvfs()
        guard fstatvfs(descriptor, &space) == 0, space.f_blocks > 0 else { return nil }
        let (available, overflow) = UInt64(space.f_bavail).multipliedReportingOverflow(by: UInt64(space.f_frsize))
        return overflow ? .max : Int64(clamping: available)
    }

    /// Returns once what was written is on the disk.
    package func sync() throws(FileError) {
        _ = try retrying("sync", path) { fsync(descriptor) }
    }

    /// Has the disk begin with what was written into a stretch of the file, so that ``sync()`` finds less to wait for.
    package func startWriteback(at offset: Int64, length: Int) {
        // Where the file system knows nothing of this, nothing is lost but time.
        _ = sync_file_range(descriptor, offset, Int64(length), writeback_start)
    }

    private var status: stat {
        get throws(FileError) {
            var status = stat()
            _ = try retrying("examine", path) { fstat(descriptor, &status) }
            return status
        }
    }
}
