import OCI

/// A signature, an attestation or anything else in an archive that refers to a manifest there: an entry of `index.json` that tells its
/// subject, in an archive of these programs or of Docker 29.1 and later.
public struct ArchivedReferrer: Sendable {
    /// The manifest or index.
    package let manifest: Descriptor
    /// What it refers to.
    package let subject: Digest
    /// The repository that it belongs to; `nil` where the archive does not tell, so that it belongs to every image with that subject.
    package let repository: Repository?
    /// Cosign's tag; `nil` where it has none.
    package let tag: String?

    init(manifest: Descriptor, subject: Digest, repository: Repository?, tag: String?) {
        self.manifest = manifest
        self.subject = subject
        self.repository = repository
        self.tag = tag
    }

    /// - Returns: `nil` where the entry is of an image.
    /// - Throws: ``ReferenceError``, or ``ArchiveError`` where the subject is no digest.
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
