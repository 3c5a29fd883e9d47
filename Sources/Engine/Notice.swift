/// A notice for the user that is not an error: one sentence for standard error.
package struct Notice: Sendable, Hashable, CustomStringConvertible {
    /// The subject of a notice. Notices of one kind can be summarized in one sentence.
    package enum Kind: Sendable, Hashable, CaseIterable {
        /// The run resumes the partial archive of an earlier run.
        case continuing
        /// Another archive has no blobs that can be reused.
        case notReusable
        /// A part of an archive is missing or corrupt.
        case archiveDefect
        /// The archive omits blobs that an older archive has, or the registry lacks them.
        case delta
        /// Temporary disk space is needed.
        case temporarySpace
        /// `manifest.json` lacks a name, so an engine without the containerd store does not load the name.
        case shadowedName
        /// `index.json` lacks an image without a tag, so an engine with the containerd store does not load the image.
        case unlistedImage
        /// The archive does not have the foreign layers.
        case foreignLayersLeftOut
        /// The image for a Windows release was found in a manifest list with another name.
        case takenFromList
        /// A manifest list is incomplete in the archive, so only its images in the archive were pushed.
        case incompleteList
        /// Foreign layers were pushed as ordinary ones.
        case foreignLayersPushed
        /// OCI manifests were pushed as docker's schema 2 and have other digests.
        case pushedAsSchema2
        /// A registry announces a digest that does not match the manifest.
        case misannouncedDigest
        /// Projects or repositories were created before the first push, or could not be created.
        case projects
        /// A registry refused to replace an immutable tag, which has the image already.
        case immutable
        /// A registry did not confirm a pushed manifest.
        case unconfirmed
        /// A name that is a chart by the scripts' rule resolves to something else.
        case noChart
        /// A docker command needed `--insecure` for a registry.
        case insecureRegistry
        /// A referrer of an image, for instance a signature, was not saved or pushed.
        case referrerLeftOut
    }

    package let kind: Kind
    /// The sentence without its final period; it names the image or the file.
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// Takes notices, on any thread.
package typealias NoticeHandler = @Sendable (Notice) -> Void
