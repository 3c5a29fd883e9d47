import Engine
import OCI
import Registry

extension ImagePusher {
    /// Pushes the referrers of an image that is in the registry.
    ///
    /// - Returns: a notice for each referrer that was not pushed.
    func pushReferrers(of push: ImagePush) async -> [Notice] {
        var lost: [Notice] = []
        for referrer in push.referrers {
            do {
                _ = try await place(referrer.blobs)
                try await put(referrer, in: push.target.repository)
            } catch {
                lost.append(Notice(ofReferrerTo: push.target, cause: "\(error)"))
            }
        }
        return lost
    }

    /// Settles the blobs of the referrers of an image that was not pushed, because other images may wait for them.
    func abandonReferrers(of push: ImagePush) async {
        for blob in push.referrers.flatMap(\.blobs) where !blob.isRepeated {
            if blob.isFirst { counters.plan(bytes: -blob.blob.size) }
            await placed.settle(blob.location, false)
        }
    }

    private func put(_ referrer: ReferrerPush, in repository: Repository) async throws {
        let top = referrer.selection.top
        for child in referrer.selection.manifests where child.digest != top.digest {
            try await client.put(child, as: .digest(child.digest), in: repository)
        }
        let noted = try await client.put(top, as: referrer.name, in: repository).noted
        if let referral = SubjectDescriptor(of: top), noted != referral.subject {
            try await list(referral, in: repository)
        }
    }

    /// Adds a referrer to the referrers tag of its subject, for a registry without the referrers API (distribution-spec 1.1, "Pushing
    /// Manifests with Subject").
    private func list(_ referral: SubjectDescriptor, in repository: Repository) async throws {
        let tag = referral.subject.referrersTag
        try await referrerLists.run {
            let content = try await client.manifestIfThere(.tag(tag), in: repository)?.content ?? .index([])
            guard case .index(let entries) = content else {
                throw EngineError(
                    "\(repository):\(tag) is no list, so \(referral.descriptor.digest) is not listed there"
                )
            }
            guard !entries.contains(where: { $0.digest == referral.descriptor.digest }) else { return }
            let longer = Manifest.Content.index(entries + [referral.descriptor])
            let list = try Manifest(bytes: longer.savedJSON(as: .ociIndex), servedAs: .ociIndex)
            try await client.put(list, as: .tag(tag), in: repository)
        }
    }
}
