import Dispatch
import Glibc

/// A reader of a pipe, on a separate thread, that keeps the last bytes and can pass all bytes to a function.
final class PipeReader: Sendable {
    private let limit: Int
    private let copy: (@Sendable (UnsafeRawBufferPointer) throws -> Void)?
    private let stop: (reading: File, writing: File)

    /// - Parameters:
    ///   - limit: The number of bytes to keep.
    ///   - copy: A function that is passed all bytes.
    init(
        keepLast limit: Int,
        copyingTo copy: (@Sendable (UnsafeRawBufferPointer) throws -> Void)? = nil
    ) throws(FileError) {
        self.limit = max(limit, 0)
        self.copy = copy
        stop = try makePipe()
    }

    /// Reads `pipe` until it ends, or until ``finish()`` is called and the pipe is empty.
    ///
    /// - Returns: the last bytes.
    /// - Throws: `FileError`, or the error of the copying function. In that case the pipe has still been read to its end, since the
    ///   command would wait forever otherwise.
    func read(_ pipe: File?) async throws -> [UInt8] {
        guard let pipe else { return [] }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "child.read")
                .async {
                    continuation.resume(with: Result { try self.readToEnd(of: pipe) })
                }
        }
    }

    /// Stops the reader although other processes still hold the writing end.
    func finish() {
        try? stop.writing.close()
    }

    private func readToEnd(of pipe: File) throws -> [UInt8] {
        var tail: [UInt8] = []
        var failure: (any Error)?
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while waitForBytes(in: pipe) {
            let count = try pipe.read(into: buffer)
            if count == 0 { break }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if let copy, failure == nil {
                do {
                    try copy(bytes)
                } catch {
                    failure = error
                }
            }
            tail += bytes
            // Cutting at twice the limit moves each byte only a few times.
            if tail.count > 2 * limit { tail.removeFirst(tail.count - limit) }
        }
        if let failure { throw failure }
        return tail.suffix(limit)
    }

    /// Waits for bytes or the end of the pipe; returns `false` if ``finish()`` was called and the pipe is empty.
    private func waitForBytes(in pipe: File) -> Bool {
        var requests = [pipe, stop.reading].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while poll(&requests, nfds_t(requests.count), -1) < 0 && errno == EINTR {}
        return requests[0].revents != 0
    }
}
