import ByteIO
import HTTP
import Hashing
import ImageModel

/// The content of a blob that is to be pushed.
package protocol BlobSource: Sendable {
    /// How many bytes it has.
    var size: Int64 { get }
    /// The content from its first byte on; an upload that is tried again opens it again.
    func open() throws -> any ByteSource
}

/// The body of an upload: hashes what it gives, and breaks off before the end where the digest is another one, so that
/// damaged content never becomes a blob.
///
/// One transfer at a time has it, on one thread, which is what `@unchecked` stands for.
final class BlobUpload: HTTPBodySource, @unchecked Sendable {
    private let blob: Descriptor
    private let source: any BlobSource
    private let hash: ContentHash
    private var reader: (any ByteSource)?
    private var position: Int64 = 0

    init(_ blob: Descriptor, from source: any BlobSource) {
        self.blob = blob
        self.source = source
        hash = ContentHash(blob.digest.algorithm)
    }

    var length: Int64 { blob.size }

    func rewind() throws {
        reader = try source.open()
        position = 0
        hash.start()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard position < blob.size, let reader else { return 0 }
        let wanted = Int(min(Int64(buffer.count), blob.size - position))
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
