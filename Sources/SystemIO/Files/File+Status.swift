import CLinux
import Glibc

extension File {
    /// Whether there is anything at `path`.
    package static func exists(_ path: String) -> Bool { access(path.nativeCString, F_OK) == 0 }

    /// What a symbolic link has as its target; `nil` where there is none.
    package static func target(ofLink path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let count = readlink(path.nativeCString, start, buffer.count)
            guard count > 0, count < buffer.count else { return nil }
            return String(nativeBytes: buffer[..<count].map(UInt8.init(bitPattern:)))
        }
    }

    /// How many bytes the file has; 0 for what is not a regular file.
    package var size: Int64 {
        get throws(FileError) { Int64(try status.st_size) }
    }

    /// How many bytes of disk the file takes, which are fewer than its size where stretches were never written.
    package var allocatedSize: Int64 {
        get throws(FileError) { Int64(try status.st_blocks) * 512 }
    }

    /// When the content was last changed, in seconds since 1970.
    package var modificationTime: Int64 {
        get throws(FileError) { Int64(try status.st_mtim.tv_sec) }
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

    /// The size of the file system that a directory is on, in bytes; `nil` if the file system does not report it.
    package static func capacity(in directory: String) -> Int64? {
        var space = statvfs()
        guard statvfs(directory.nativeCString, &space) == 0, space.f_blocks > 0 else { return nil }
        let (size, overflow) = UInt64(space.f_blocks).multipliedReportingOverflow(by: UInt64(space.f_frsize))
        return overflow ? .max : Int64(clamping: size)
    }

    /// How many bytes this process may still write into a directory; `nil` where that is not told.
    package static func availableSpace(in directory: String) -> Int64? {
        (try? File(directory, for: .reading))?.availableSpace
    }

    /// Returns once what was written is on the disk.
    package func sync() throws(FileError) {
        _ = try retrying("sync", path) { fsync(descriptor) }
    }

    /// Has the disk begin with what was written into a stretch of the file, so that ``sync()`` finds less to wait for.
    func startWriteback(of range: Range<Int64>) {
        // Where the file system knows nothing of this, nothing is lost but time.
        _ = sync_file_range(descriptor, range.lowerBound, Int64(range.count), writeback_start)
    }

    /// Copies a stretch of another file into this one, by the file system itself where it can do that. The disk begins with each piece
    /// of it at once.
    ///
    /// - Throws: also where the other file ends before.
    func copy(_ stretch: Range<Int64>, of other: File, to start: Int64) throws(FileError) {
        var input = stretch.lowerBound
        var output = start
        while input < stretch.upperBound {
            let count = copy_file_range(
                other.descriptor,
                &input,
                descriptor,
                &output,
                UInt(min(stretch.upperBound - input, 8 << 20)),
                0
            )
            if count > 0 {
                startWriteback(of: output - Int64(count)..<output)
                continue
            }
            switch count == 0 ? EIO : errno {
            case EINTR: continue
            case EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EBADF, EPERM, ETXTBSY:
                return try copyByReading(input..<stretch.upperBound, of: other, to: output)
            case let code: throw FileError(operation: "copy", path: other.path, code: code)
            }
        }
    }

    /// Between file systems that cannot copy from one to the other.
    private func copyByReading(_ stretch: Range<Int64>, of other: File, to start: Int64) throws(FileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var position = stretch.lowerBound
        while position < stretch.upperBound {
            let wanted = Int(min(Int64(buffer.count), stretch.upperBound - position))
            let count = try other.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
            guard count > 0 else { throw FileError(operation: "copy", path: other.path, code: EIO) }
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            let target = start + (position - stretch.lowerBound)
            try write(piece, at: target)
            startWriteback(of: target..<target + Int64(count))
            position += Int64(count)
        }
    }

    /// What shows whether a name still has this file, unchanged.
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
