/// A source of a stretch of a file, or of several that count as one. It reads by offset, so many sections may be read at once.
package final class FileSection: ByteSource {
    private let file: any RandomAccess
    private var position: Int64
    private let end: Int64

    /// - Parameter length: how many bytes from `offset` on; the section is shorter where the file ends before.
    package init(of file: any RandomAccess, at offset: Int64, length: Int64) {
        self.file = file
        self.position = offset
        let (end, overflow) = offset.addingReportingOverflow(length)
        self.end = overflow ? .max : end
    }

    /// Reads the next bytes of the section.
    ///
    /// - Returns: how many bytes were read, 0 at the end of the section or of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let wanted = Int(min(Int64(buffer.count), max(0, end - position)))
        let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
        position += Int64(count)
        return count
    }

    /// Passes over bytes without reading them.
    package func skip(_ count: Int64) throws(FileError) -> Int64 {
        let skipped = max(0, min(count, end - position, try file.size - position))
        position += skipped
        return skipped
    }
}
