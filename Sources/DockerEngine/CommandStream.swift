import Dispatch
import SystemIO

/// A pipe between a command and a dedicated thread of this process.
final class CommandStream: Sendable {
    private let reading: File
    private let writing: File

    /// The name of the pipe's ends in errors.
    static let name = "a pipe"

    /// The end for a command that writes.
    var descriptor: Int32 { writing.descriptor }

    /// The end for a command that reads.
    var readingDescriptor: Int32 { reading.descriptor }

    /// Creates the pipe. Commands inherit only their standard streams, so no other command gets its ends.
    init() throws(FileError) {
        (reading, writing) = try makePipe()
    }

    /// Passes the written bytes to `take` in chunks until all writing ends are closed. Close the command's end with
    /// ``endOfWriting()``. If `take` throws, reading stops and the command gets `SIGPIPE`.
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

    /// Writes the content to the pipe. Ends early if the command stops reading.
    func write(_ content: any RandomAccess) async throws {
        try await onThread { [writing] in
            defer { try? writing.close() }
            try content.source().forEachPiece { try writing.write($0) }
        }
    }

    /// Closes the end of a command that reads.
    func endOfReading() {
        try? reading.close()
    }

    /// Closes the end of a command that writes.
    func endOfWriting() {
        try? writing.close()
    }
}
