import HTTP
import OCI
import SystemIO

/// The content of a blob to push.
package protocol BlobSource: Sendable {
    var size: Int64 { get }
    /// Opens the content at its first byte; called again for each retry.
    func open() throws -> any ByteSource
}

/// The body of an upload's requests, each of which sends a range of the blob. Hashes the bytes and fails before the end
/// if the digest does not match, so that a corrupt blob is never stored.
///
/// Bytes before the range are hashed too, so they are read again unless they were read last. `@unchecked Sendable`: one
/// transfer at a time uses the body, on one thread.
final class BlobUpload: ByteSource, @unchecked Sendable {
    private let blob: Descriptor
    private let source: any BlobSource
    private let hash: ContentHash
    private var reader: (any ByteSource)?
    /// The number of bytes that were read and hashed.
    private(set) var position: Int64 = 0
    /// The total number of bytes passed to all requests.
    private(set) var sent: Int64 = 0
    /// The range of the next request.
    var range: Range<Int64>

    init(_ blob: Descriptor, from source: any BlobSource) {
        self.blob = blob
        self.source = source
        hash = ContentHash(blob.digest.algorithm)
        range = 0..<blob.size
    }

    var length: Int64 { Int64(range.count) }

    /// The body of the next request. Not resendable: the registry may have kept a part, so the offset is queried first.
    var stream: HTTPBodyStream {
        HTTPBodyStream(length: length, isResendable: false) {
            try self.seek()
            return self
        }
    }

    /// Moves to the start of ``range``.
    private func seek() throws {
        if reader == nil || position != range.lowerBound {
            reader = try source.open()
            position = 0
            hash.start()
        }
        guard position < range.lowerBound else { return }
        try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
            while position < range.lowerBound { _ = try read(into: buffer, before: range.lowerBound) }
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try read(into: buffer, before: range.upperBound)
        sent += Int64(count)
        return count
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, before end: Int64) throws -> Int {
        guard position < end, let reader else { return 0 }
        let wanted = Int(min(Int64(buffer.count), end - position))
        let count = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        guard count > 0 else {
            throw RegistryError(.damaged, "the blob \(blob.digest) ends after \(position) of \(blob.size) bytes")
        }
        hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        position += Int64(count)
        if position == blob.size {
            let digest = hash.finish()
            guard digest == blob.digest else {
                throw RegistryError(.damaged, "the blob \(blob.digest) has the digest \(digest)")
            }
        }
        return count
    }
}
