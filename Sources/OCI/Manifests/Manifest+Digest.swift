extension Manifest {
    /// Decodes a manifest. Its digest is the SHA-256 of the bytes.
    ///
    /// - Parameters:
    ///   - bytes: JSON of at most ``sizeLimit`` bytes.
    ///   - servedAs: The `Content-Type` of the response, or the media type of the descriptor.
    package init(bytes: [UInt8], servedAs: MediaType? = nil) throws(ManifestError) {
        try self.init(bytes: bytes, digest: ContentHash.digest(of: bytes), servedAs: servedAs)
    }

    /// Creates the manifest that docker pushes for this content, byte for byte.
    package init(pushing content: Content, as mediaType: MediaType) throws(ManifestError) {
        try self.init(bytes: content.pushedJSON(as: mediaType))
    }

    /// Creates the manifest list that `docker manifest push` creates, byte for byte, so that its digest is the same.
    ///
    /// - Parameter entries: The images with their platforms. The type of the first one determines the type of the list.
    package init(listing entries: [Descriptor]) throws(ManifestError) {
        let list = Content.list(of: entries)
        try self.init(pushing: list.content, as: list.mediaType)
    }
}
