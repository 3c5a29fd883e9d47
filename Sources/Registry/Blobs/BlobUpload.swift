import HTTP
import OCI
import SystemIO

/// The content of a blob that is to be pushed.
package protocol BlobSource: Sendable {
    /// In bytes.
    var size: Int64 { get }
    /// The content from its first byte on; an upload that is tried again opens it again.
    func open() throws -> any ByteSource
}

/// The body of an upload's requests, each of which sends a range of the blob: hashes what it gives, and breaks off before the end
/// where the digest is another one, so that damaged content never becomes a blob.
///
/// What lies before a range is hashed too, so it is read again where it was not what was read last. One transfer at a time has it,
/// on one thread, which is what `@unchecked` stands for.
final class BlobUpload: HTTPBodySource, @unchecked Sendable {
    private let blob: Descriptor
    private let source: any BlobSource
    private let hash: ContentHash
    private var reader: (any ByteSource)?
    /// How much has been read and hashed.
    private(set) var position: Int64 = 0
    /// How many bytes have been given to all requests so far.
    private(set) var sent: Int64 = 0
    /// What the next request sends.
    var range: Range<Int64>

    init(_ blob: Descriptor, from source: any BlobSource) {
        self.blob = blob
        self.source = source
        hash = ContentHash(blob.digest.algorithm)
        range = 0..<blob.size
    }

    var length: Int64 { Int64(range.count) }

    /// The registry may have kept a part of it, and is asked first.
    var isResendable: Bool { false }

    func rewind() throws {
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
