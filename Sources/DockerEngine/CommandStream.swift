import ByteIO
import ChildProcess
import Dispatch

/// A pipe that a command writes into, read to its end on a thread of its own.
final class CommandStream: Sendable {
    private let reading: File
    private let writing: File

    /// The end for the command.
    var descriptor: Int32 { writing.descriptor }

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

    /// Closes the end that the command has had.
    func endOfWriting() {
        try? writing.close()
    }
}
