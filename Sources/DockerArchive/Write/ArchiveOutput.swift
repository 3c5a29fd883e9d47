import ByteIO
import Glibc
import Synchronization

/// Where an archive is written: a file that appears when it is whole, or a stream.
package final class ArchiveOutput: Sendable {
    private enum Target {
        case file(UnfinishedFile)
        case stream(File)
    }

    private let target: Target
    private let streamed = Mutex<Int64>(0)

    /// Opens the output for an archive called `path`: a stream where that is a pipe, a device or a socket, else a file.
    ///
    /// - Throws: `FileError` or `UnfinishedFileError`.
    package init(path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG, status.st_mode & S_IFMT != S_IFDIR {
            target = .stream(try File(path, for: .writing))
        } else {
            target = .file(try UnfinishedFile(for: path))
        }
    }

    /// An output that writes into an open stream, and closes it at the end.
    package init(stream: File) {
        target = .stream(stream)
    }

    /// Whether bytes can only be written in order.
    package var isStream: Bool {
        if case .stream = target { true } else { false }
    }

    /// Makes sure that there is room for so many bytes, where that can be known.
    package func requireSpace(for length: Int64) throws {
        if case .file(let file) = target { try file.requireSpace(for: length) }
    }

    /// Writes at an offset. Into a stream the offsets must come in order, without a gap.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        switch target {
        case .file(let unfinished):
            try unfinished.file.write(bytes, at: offset)
            unfinished.file.startWriteback(at: offset, length: bytes.count)
        case .stream(let file):
            try streamed.withLock { position in
                precondition(position == offset, "a stream is written in order")
                try file.write(bytes)
                position += Int64(bytes.count)
            }
        }
    }

    /// The file that is being written; `nil` for a stream.
    package var file: File? {
        if case .file(let unfinished) = target { unfinished.file } else { nil }
    }

    /// Ends the output: only now does a file appear under its name.
    package func commit() throws {
        switch target {
        case .file(let file): try file.commit()
        case .stream(let file): try file.close()
        }
    }

    /// Gives the output up. A file goes away, and what was under its name before stays.
    package func discard() {
        if case .file(let file) = target { file.discard() }
    }
}
