import ByteIO
import Glibc

extension ImageList {
    /// How much all files of a list may have together; Rancher's lists have some 100 KB.
    static let sizeLimit = 8 << 20

    /// The bytes of a list, and whether they can be read again: it may be a pipe, such as `<(grep …)` of a shell.
    static func readFile(
        _ path: String,
        atMost limit: Int
    ) throws(ImageListError) -> (bytes: [UInt8], isRegular: Bool) {
        do throws(FileError) {
            let file = try File(path, for: .reading)
            var bytes: [UInt8] = []
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
            defer { buffer.deallocate() }
            while bytes.count <= limit {
                let count = try file.read(into: buffer)
                if count == 0 { return (bytes, try file.isRegular) }
                bytes += buffer[..<count]
            }
        } catch {
            let reason: ImageListError.Reason =
                switch error.code {
                case ENOENT, ENOTDIR: .missing
                case EISDIR: .directory
                default: .unreadable(error)
                }
            throw ImageListError(path: path, reason: reason)
        }
        throw ImageListError(path: path, reason: .tooLarge)
    }
}
