import Dispatch
import Glibc

/// Reads a pipe to its end on a thread of its own, keeps the last bytes, and hands all of them on if asked to.
final class PipeReader: Sendable {
    private let limit: Int
    private let copy: (@Sendable (UnsafeRawBufferPointer) throws -> Void)?
    private let stop: (reading: File, writing: File)

    /// - Parameters:
    ///   - limit: how many bytes to keep, the last ones.
    ///   - copy: gets all of the bytes.
    init(
        keepLast limit: Int,
        handingOnTo copy: (@Sendable (UnsafeRawBufferPointer) throws -> Void)? = nil
    ) throws(FileError) {
        self.limit = max(limit, 0)
        self.copy = copy
        stop = try makePipe()
    }

    /// Reads `pipe` until it ends, or until ``finish()`` is called and nothing is left in it for now.
    ///
    /// - Returns: the last bytes.
    /// - Throws: what went wrong when bytes were read or handed on; the pipe has been emptied all the same, or the command
    ///   that writes into it would wait for ever.
    func read(_ pipe: File?) async throws -> [UInt8] {
        guard let pipe else { return [] }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "child.read")
                .async {
                    continuation.resume(with: Result { try self.readToEnd(of: pipe) })
                }
        }
    }

    /// Makes the reader stop, because those that could still write are none of ours.
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
            // Cut now and then, not each time, so that a byte is moved a few times at most.
            if tail.count > 2 * limit { tail.removeFirst(tail.count - limit) }
        }
        if let failure { throw failure }
        return tail.suffix(limit)
    }

    /// Waits for bytes or the end of the pipe; `false` means to stop.
    private func waitForBytes(in pipe: File) -> Bool {
        var requests = [pipe, stop.reading].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while poll(&requests, nfds_t(requests.count), -1) < 0 && errno == EINTR {}
        return requests[0].revents != 0
    }
}
