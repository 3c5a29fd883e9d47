import Engine
import ImageArchive
import OCI
import Registry

/// Finds the referrers of an image in its repository: by cosign's tags, and by the registry's referrers API or the referrers tag
/// (distribution-spec 1.1, "Listing Referrers").
struct ReferrerSearch: Sendable {
    let client: RegistryClient
    let resolver: ImageResolver

    struct Findings: Sendable {
        /// The referrers; a subject precedes its referrers.
        var referrers: [SavedReferrer] = []
        /// The reasons that referrers are omitted, one sentence each.
        var causes: [String] = []
    }

    /// Finds the referrers of an image's manifests, and the referrers of these.
    ///
    /// - Throws: only `CancellationError`; other errors are causes in the findings.
    func run(_ image: SavedImage) async throws -> Findings {
        var findings = Findings()
        var budget = ReferrerBudget()
        var seen = Set(image.manifests.map(\.digest))
        var level = image.manifests.map(\.digest)
        for _ in 0..<ReferrerLimits.depth {
            let known = findings.referrers.count
            for subject in level {
                guard try await find(subject, in: image.reference.repository, &findings, &budget) else {
                    if let cause = budget.exhausted { findings.causes = [cause] }
                    return findings
                }
            }
            level = findings.referrers[known...].flatMap(\.manifests).map(\.digest).filter { seen.insert($0).inserted }
        }
        return findings
    }

    /// Adds the referrers of a manifest to `findings`.
    ///
    /// - Returns: whether the limits permit more referrers.
    private func find(
        _ subject: Digest,
        in repository: Repository,
        _ findings: inout Findings,
        _ budget: inout ReferrerBudget
    ) async throws -> Bool {
        var found: Set<Digest> = []
        for tag in subject.cosignTags {
            guard let reference = try? Reference("\(repository):\(tag)") else { continue }
            let referrer = try await attempt(&findings, &budget) { try await tagged(reference, subject) }
            guard budget.exhausted == nil else { return false }
            guard let referrer else { continue }
            found.insert(referrer.top.digest)
            findings.referrers.append(referrer)
        }
        var listed: [Descriptor] = []
        do {
            listed = try await list(of: subject, in: repository) ?? []
        } catch {
            try Task.checkCancellation()
            findings.causes.append("\(error)")
            budget.fail("\(error)")
        }
        for entry in listed where found.insert(entry.digest).inserted {
            let referrer = try await attempt(&findings, &budget) {
                try await untagged(entry.digest, subject, in: repository)
            }
            guard budget.exhausted == nil else { return false }
            if let referrer { findings.referrers.append(referrer) }
        }
        return true
    }

    /// Runs `work` and counts its result.
    ///
    /// - Returns: `nil` if there is no referrer, or it cannot be read, which is recorded.
    private func attempt(
        _ findings: inout Findings,
        _ budget: inout ReferrerBudget,
        _ work: () async throws -> SavedReferrer?
    ) async throws -> SavedReferrer? {
        do {
            guard let referrer = try await work(), budget.take(referrer.manifests) else { return nil }
            return referrer
        } catch {
            try Task.checkCancellation()
            findings.causes.append("\(error)")
            budget.fail("\(error)")
            return nil
        }
    }

    private func tagged(_ reference: Reference, _ subject: Digest) async throws -> SavedReferrer? {
        guard let top = try await client.manifestIfThere(ManifestName(reference), in: reference.repository) else {
            return nil
        }
        return try await referrer(reference, subject, top)
    }

    private func untagged(
        _ digest: Digest,
        _ subject: Digest,
        in repository: Repository
    ) async throws -> SavedReferrer {
        let top = try await client.manifest(.digest(digest), in: repository)
        guard SubjectDescriptor(of: top)?.subject == subject else {
            throw EngineError(
                "\(repository)@\(digest) is listed as a referrer of \(subject), but does not refer to it"
            )
        }
        return try await referrer(try Reference("\(repository)@\(digest)"), subject, top)
    }

    private func referrer(_ reference: Reference, _ subject: Digest, _ top: Manifest) async throws -> SavedReferrer {
        SavedReferrer(
            reference: reference,
            subject: subject,
            top: top,
            descendants: try await resolver.descendants(of: top, in: reference.repository)
        )
    }

    private func list(of subject: Digest, in repository: Repository) async throws -> [Descriptor]? {
        // One more than the limit shows that there are too many.
        let limit = ReferrerLimits.count + 1
        if let list = try await client.referrers(of: subject, in: repository, limit: limit) { return list }
        let list = try await client.manifestIfThere(.tag(subject.referrersTag), in: repository)
        if case .index(let entries) = list?.content { return entries }
        return nil
    }
}

extension Notice {
    /// A notice that a referrer of an image is omitted.
    ///
    /// - Parameter cause: the reason, one sentence.
    init(ofReferrerTo name: Reference, cause: String) {
        self.init(.referrerLeftOut, "\(name.familiar): a signature or attestation is left out: \(cause)")
    }
}
