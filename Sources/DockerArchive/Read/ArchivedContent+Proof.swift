import ByteIO
import Hashing
import ImageModel

extension ByteSource {
    /// Reads the source to its end, and compares its digest.
    func hasDigest(_ digest: Digest) throws -> Bool {
        let hash = ContentHash(digest.algorithm)
        try forEachPiece(hash.update)
        return hash.finish() == digest
    }
}

extension ArchivedContent {
    /// Reads the content to its end, and compares its digest.
    package func hasDigest(_ digest: Digest) throws -> Bool { try open().hasDigest(digest) }
}
