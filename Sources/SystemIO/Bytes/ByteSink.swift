/// A destination of content, written in order and by one thread at a time.
package protocol ByteSink: AnyObject, Sendable {
    /// Whether ``restart()`` is possible: not if bytes have been written to a stream.
    var canRestart: Bool { get }

    /// Writes the next bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws

    /// Discards all bytes written so far, so that the content can be written again from its first byte.
    func restart() throws
}

/// A sink that writes a file from its first byte on.
///
/// `@unchecked Sendable`: one thread at a time uses a sink.
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
