/// A source of a range of a file, or of a split file. Sections read by offset, so several can be read at the same time.
package final class FileSection: ByteSource {
    private let file: any RandomAccess
    private var position: Int64
    private let end: Int64

    /// - Parameter length: The number of bytes from `offset` on. A section ends at the end of the file at the latest.
    package init(of file: any RandomAccess, at offset: Int64, length: Int64) {
        self.file = file
        self.position = offset
        let (end, overflow) = offset.addingReportingOverflow(length)
        self.end = overflow ? .max : end
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let wanted = Int(min(Int64(buffer.count), max(0, end - position)))
        let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
        position += Int64(count)
        return count
    }

    package func skip(_ count: Int64) throws(FileError) -> Int64 {
        let skipped = max(0, min(count, end - position, try file.size - position))
        position += skipped
        return skipped
    }
}
