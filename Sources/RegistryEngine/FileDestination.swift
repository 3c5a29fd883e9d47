import ByteIO

/// A file that gets the bytes of a blob.
///
/// One thread at a time uses it, which is what `@unchecked` stands for.
final class FileDestination: ByteDestination, @unchecked Sendable {
    private let file: File
    private var end: Int64 = 0

    init(_ file: File) { self.file = file }

    var canRestart: Bool { true }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try file.write(bytes, at: end)
        end += Int64(bytes.count)
    }

    func restart() { end = 0 }
}
