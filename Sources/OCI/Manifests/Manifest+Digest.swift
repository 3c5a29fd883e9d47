extension Manifest {
    /// Reads a manifest whose digest is not known before: it is the SHA-256 of the bytes.
    ///
    /// - Parameters:
    ///   - bytes: JSON of at most ``sizeLimit`` bytes.
    ///   - servedAs: the `Content-Type` of the answer, or the type in the descriptor that led here.
    package init(bytes: [UInt8], servedAs: MediaType? = nil) throws(ManifestError) {
        try self.init(bytes: bytes, digest: ContentHash.digest(of: bytes), servedAs: servedAs)
    }

    /// A new manifest, to the byte as docker pushes one of this content.
    package init(pushing content: Content, as mediaType: MediaType) throws(ManifestError) {
        try self.init(bytes: content.pushedJSON(as: mediaType))
    }

    /// A new manifest list, to the byte as `docker manifest push` makes it, so that its digest is the same.
    ///
    /// - Parameter entries: the images with their platforms; the type of the first decides that of the list.
    package init(listing entries: [Descriptor]) throws(ManifestError) {
        let list = Content.list(of: entries)
        try self.init(pushing: list.content, as: list.mediaType)
    }
}
