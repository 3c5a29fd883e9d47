import OCI

/// A signature, an attestation or another referrer of a manifest in an archive: an entry of `index.json` with a subject
/// annotation, in an archive of these programs or of Docker 29.1 and later.
public struct ArchivedReferrer: Sendable {
    /// The manifest or index.
    package let manifest: Descriptor
    package let subject: Digest
    /// The repository of the referrer; `nil` if the archive does not name one, so the referrer belongs to every image with the subject.
    package let repository: Repository?
    /// Cosign's tag; `nil` for a referrer without a tag.
    package let tag: String?

    init(manifest: Descriptor, subject: Digest, repository: Repository?, tag: String?) {
        self.manifest = manifest
        self.subject = subject
        self.repository = repository
        self.tag = tag
    }

    /// - Returns: `nil` if the entry is an image.
    /// - Throws: ``ReferenceError``, or ``ArchiveError`` if the subject is not a digest.
    init?(_ entry: Descriptor) throws {
        guard let text = entry.annotations?[OCILayout.subjectAnnotation] else { return nil }
        guard let subject = Digest(text) else {
            throw ArchiveError.malformed(entry: "index.json", problem: "'\(text)' is not a digest")
        }
        let name = try entry.annotations?[OCILayout.nameAnnotation].map { try Reference($0) }
        let repository = try entry.annotations?[OCILayout.repositoryAnnotation].map { try Reference($0).repository }
        manifest = entry
        self.subject = subject
        self.repository = name?.repository ?? repository
        tag = name?.tag
    }
}
