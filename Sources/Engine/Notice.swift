/// What a user should know of a run though nothing has failed: one sentence for standard error.
package struct Notice: Sendable, Hashable, CustomStringConvertible {
    /// What notices are about. Those of one kind say the same of different images.
    package enum Kind: Sendable, Hashable, CaseIterable {
        /// An archive is gone on with that an earlier run has left unfinished.
        case continuing
        /// Another archive has nothing that can be copied from it.
        case notReusable
        /// A part of an archive is missing or damaged.
        case archiveDefect
        /// The archive lacks blobs that an older one has, or the registry lacks them.
        case delta
        /// Temporary space is about to be taken.
        case temporarySpace
        /// `manifest.json` lacks a name, so that an engine without the containerd store will not load it.
        case shadowedName
        /// `index.json` lacks an image without a tag, so that an engine with the containerd store will not load it.
        case unlistedImage
        /// Foreign layers are not in the archive.
        case foreignLayersLeftOut
        /// The image for a Windows release was taken from a manifest list of another name.
        case takenFromList
        /// A manifest list is not whole in the archive, so that a part of it was pushed.
        case incompleteList
        /// Foreign layers were pushed as ordinary ones.
        case foreignLayersPushed
        /// OCI manifests were pushed as docker's schema 2, so that digests are others.
        case pushedAsSchema2
        /// A registry announces another digest than what it sends has.
        case misannouncedDigest
        /// What was made in a registry before the first push, or could not be made.
        case projects
        /// A registry refused to give a tag again that has the image already.
        case immutable
        /// A registry would not tell whether it has what was pushed.
        case unconfirmed
        /// A name that the scripts take for a chart's leads to something else.
        case noChart
        /// A registry was reached without verified TLS by a command that would not do so by itself.
        case insecureRegistry
        /// A signature, an attestation or anything else that refers to an image is not saved or pushed with it.
        case referrerLeftOut
    }

    package let kind: Kind
    /// The sentence without its full stop; it names the image or the file it is about.
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// Takes notices as they come, from any thread.
package typealias NoticeHandler = @Sendable (Notice) -> Void
