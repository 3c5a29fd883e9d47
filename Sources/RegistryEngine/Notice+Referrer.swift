import ImageEngine
import ImageModel

extension Notice {
    /// Something that refers to an image is not where the image is.
    ///
    /// - Parameter cause: why, one sentence.
    init(ofReferrerTo name: Reference, cause: String) {
        self.init(.referrerLeftOut, "\(name.familiar): a signature or attestation is left out: \(cause)")
    }
}
