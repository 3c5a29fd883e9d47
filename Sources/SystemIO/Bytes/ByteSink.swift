/// Where the bytes of some content go, in order, and which may be given them anew from the first byte on.
///
/// One thread at a time uses it.
package protocol ByteSink: AnyObject, Sendable {
    /// Whether ``restart()`` is possible: not once bytes have gone where they cannot be taken back.
    var canRestart: Bool { get }

    /// Takes the next bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws

    /// Drops all bytes taken so far.
    func restart() throws
}

/// A file that gets bytes from its first on.
///
/// One thread at a time uses it, which is what `@unchecked` stands for.
package final class FileSink: ByteSink, @unchecked Sendable {
    private let file: File
    private var end: Int64 = 0

    package init(_ file: File) { self.file = file }

    package var canRestart: Bool { true }

    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        try file.write(bytes, at: end)
        end += Int64(bytes.count)
    }

    package func restart() { end = 0 }
}
