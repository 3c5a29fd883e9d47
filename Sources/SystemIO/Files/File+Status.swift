import CLinux
import Glibc

extension File {
    /// Whether a file exists at `path`.
    package static func exists(_ path: String) -> Bool { access(path.nativeCString, F_OK) == 0 }

    /// The target of a symbolic link; `nil` if `path` is not a symbolic link.
    package static func target(ofLink path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let count = readlink(path.nativeCString, start, buffer.count)
            guard count > 0, count < buffer.count else { return nil }
            return String(nativeBytes: buffer[..<count].map(UInt8.init(bitPattern:)))
        }
    }

    /// The size in bytes; 0 for anything but a regular file.
    package var size: Int64 {
        get throws(FileError) { Int64(try status.st_size) }
    }

    /// The disk space of the file in bytes; less than its size if ranges of it were never written.
    package var allocatedSize: Int64 {
        get throws(FileError) { Int64(try status.st_blocks) * 512 }
    }

    /// The time of the last change of the content, in seconds since 1970.
    package var modificationTime: Int64 {
        get throws(FileError) { Int64(try status.st_mtim.tv_sec) }
    }

    /// Whether the file is a regular file, which can be read and written at any offset.
    package var isRegular: Bool {
        get throws(FileError) { try status.st_mode & S_IFMT == S_IFREG }
    }

    /// Truncates the file to `size` bytes, or extends it to `size` with zeros that take no disk space.
    package func resize(to size: Int64) throws(FileError) {
        _ = try retrying("resize", path) { ftruncate(descriptor, off_t(size)) }
    }

    /// The space of the file system that is available to this user, in bytes; `nil` if the file system does not report it.
    package var availableSpace: Int64? {
        var space = statvfs()
        guard fstatvfs(descriptor, &space) == 0 else { return nil }
        return Self.bytes(space.f_bavail, of: space)
    }

    /// The size of the file system of a directory, in bytes; `nil` if the file system does not report it.
    package static func capacity(in directory: String) -> Int64? {
        var space = statvfs()
        guard statvfs(directory.nativeCString, &space) == 0 else { return nil }
        return bytes(space.f_blocks, of: space)
    }

    private static func bytes(_ blocks: fsblkcnt_t, of space: statvfs) -> Int64? {
        guard space.f_blocks > 0 else { return nil }
        let (size, overflow) = UInt64(blocks).multipliedReportingOverflow(by: UInt64(space.f_frsize))
        return overflow ? .max : Int64(clamping: size)
    }

    /// The available space of the file system of a directory, in bytes; `nil` if the file system does not report it.
    package static func availableSpace(in directory: String) -> Int64? {
        (try? File(directory, for: .reading))?.availableSpace
    }

    /// Returns once everything written is on the disk.
    package func sync() throws(FileError) {
        _ = try retrying("sync", path) { fsync(descriptor) }
    }

    /// Starts writing a range to the disk, so that ``sync()`` takes less time.
    func startWriteback(of range: Range<Int64>) {
        // A file system without this call only loses time.
        _ = sync_file_range(descriptor, range.lowerBound, Int64(range.count), writeback_start)
    }

    /// Copies a range of `other` to the offset `start`, inside the file system if possible, and starts writing it to the disk.
    ///
    /// - Throws: `FileError`, also if `other` ends within the range.
    func copy(_ range: Range<Int64>, of other: File, to start: Int64) throws(FileError) {
        var input = range.lowerBound
        var output = start
        while input < range.upperBound {
            let count = copy_file_range(
                other.descriptor,
                &input,
                descriptor,
                &output,
                UInt(min(range.upperBound - input, 8 << 20)),
                0
            )
            if count > 0 {
                startWriteback(of: output - Int64(count)..<output)
                continue
            }
            switch count == 0 ? EIO : errno {
            case EINTR: continue
            case EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EBADF, EPERM, ETXTBSY:
                return try copyByReading(input..<range.upperBound, of: other, to: output)
            case let code: throw FileError(operation: "copy", path: other.path, code: code)
            }
        }
    }

    /// Copies between file systems that cannot copy from one to the other.
    private func copyByReading(_ range: Range<Int64>, of other: File, to start: Int64) throws(FileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = Int(min(Int64(buffer.count), range.upperBound - position))
            let count = try other.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
            guard count > 0 else { throw FileError(operation: "copy", path: other.path, code: EIO) }
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            let target = start + (position - range.lowerBound)
            try write(piece, at: target)
            startWriteback(of: target..<target + Int64(count))
            position += Int64(count)
        }
    }

    /// The identity of the file and its content, to find out whether a path still names both.
    package var identity: FileIdentity {
        get throws(FileError) { FileIdentity(try status) }
    }

    private var status: stat {
        get throws(FileError) {
            var status = stat()
            _ = try retrying("examine", path) { fstat(descriptor, &status) }
            return status
        }
    }
}
