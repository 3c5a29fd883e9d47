import Glibc

extension File: ByteSource {
    /// Reads at the file's position and advances it.
    ///
    /// - Returns: the number of bytes read, 0 at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        try retrying("read", path, waitingOn: (descriptor, POLLIN)) {
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
    }

    /// Reads at `offset`; the file's position does not change.
    ///
    /// - Returns: the number of bytes read; less than `buffer.count` only at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = try retrying("read", path) {
                pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Writes all of `bytes` at the file's position and advances it.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try retrying("write", path, waitingOn: (descriptor, POLLOUT)) {
                Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Writes all of `bytes` at `offset`; the file's position does not change.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            written += try retrying("write", path) {
                pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(written))
            }
        }
    }

    /// Writes all of `bytes` at the file's position and advances it.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withBytes { bytes throws(FileError) in try write(bytes) }
    }

    /// Writes the bytes of `text` at the file's position and advances it.
    package func write(_ text: String) throws(FileError) {
        try write(text.nativeBytes)
    }

    /// Skips bytes by seeking in a regular file, and by reading anything else.
    public func skip(_ count: Int64) throws -> Int64 {
        guard count > 0, try isRegular, case let position = lseek(descriptor, 0, SEEK_CUR), position >= 0 else {
            return try skipByReading(count)
        }
        let skipped = min(count, max(0, try size - Int64(position)))
        _ = try retrying("seek in", path) { lseek(descriptor, off_t(skipped), SEEK_CUR) }
        return skipped
    }
}

extension Array<UInt8> {
    /// `withUnsafeBytes` with a typed error.
    func withBytes(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) {
        let result = withUnsafeBytes { bytes in
            Result { () throws(FileError) in try body(bytes) }
        }
        try result.get()
    }
}
