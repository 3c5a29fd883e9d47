import Dispatch
import SystemIO

/// A pipe between a command and a thread of its own on this side.
final class CommandStream: Sendable {
    private let reading: File
    private let writing: File

    /// What its ends are called in errors.
    static let name = "a pipe"

    /// The end for a command that writes.
    var descriptor: Int32 { writing.descriptor }

    /// The end for a command that reads.
    var readingDescriptor: Int32 { reading.descriptor }

    /// Makes the pipe. No command gets its ends but as its standard streams, since all others are closed for it.
    init() throws(FileError) {
        (reading, writing) = try makePipe()
    }

    /// Hands over what is written, in pieces, until nobody can write any more; the command's end is to be closed by
    /// ``endOfWriting()`` then. Where `take` throws, nothing more is read, and the command gets `SIGPIPE`.
    func read(_ take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            // A serial queue without a target has a thread of its own while it has work.
            DispatchQueue(label: "docker.save")
                .async {
                    let result = Result { try self.reading.forEachPiece(take) }
                    if case .failure = result { try? self.reading.close() }
                    continuation.resume(with: result)
                }
        }
    }

    /// Gives a command what it is to read, and ends with that, or where the command reads no more.
    func write(_ content: any RandomAccess) async throws {
        try await onThread { [writing] in
            defer { try? writing.close() }
            try content.source().forEachPiece { try writing.write($0) }
        }
    }

    /// Closes the end that a command has had that reads.
    func endOfReading() {
        try? reading.close()
    }

    /// Closes the end that the command has had.
    func endOfWriting() {
        try? writing.close()
    }
}
