import Engine
import ImageArchive
import OCI
import Registry

/// Finds out which images a damaged archive has, with all their manifests: from the archive itself, and only what it lacks from
/// registries.
struct RepairPlanner: Sendable {
    let survey: ArchiveSurvey
    let client: RegistryClient
    let choice: PlatformChoice
    let notice: NoticeHandler

    /// The images, in the archive's order, whose archive is this one.
    ///
    /// - Parameter named: used if the archive does not list its images.
    /// - Throws: `RepairRefusal`, or `RegistryError` for a manifest that neither the archive nor its registry has.
    func images(named: ArchiveRepair.NamedImages?) async throws -> [SavedImage] {
        if let index = survey.index { return try await fitting(index) }
        var refusal: any Error = RepairRefusal.noNames
        for contents in survey.rebuiltContents() where !contents.images.isEmpty {
            do {
                return try await fitting(contents, isRebuilt: true)
            } catch let error as CancellationError {
                throw error
            } catch {
                refusal = error
            }
        }
        guard let named else {
            throw refusal is RepairRefusal ? RepairRefusal.noNames : refusal
        }
        return try await fitting(try await contents(named), named: named)
    }

    /// The contents that names resolve to now.
    private func contents(_ named: ArchiveRepair.NamedImages) async throws -> ArchiveContents {
        var images: [ArchiveContents.Image] = []
        try await slidingWindow(over: named.names, width: 8) { name in
            let reference = try name.reference
            let top = try await client.manifest(reference, noting: notice)
            return ArchiveContents.Image(reference, top.descriptor)
        } deliver: {
            images.append($1)
        }
        var seen: Set<Reference> = []
        return ArchiveContents(images: images.filter { seen.insert($0.reference).inserted })
    }

    /// The images with the manifests with which their archive is this one.
    private func fitting(
        _ contents: ArchiveContents,
        isRebuilt: Bool = false,
        named: ArchiveRepair.NamedImages? = nil
    ) async throws -> [SavedImage] {
        var refusal: any Error = RepairRefusal.otherLayout
        // Where entries may be missing, those of the platforms that were saved are among them.
        for choice in survey.isGapless ? [nil] : [nil, choice] {
            let builder = RepairedImages(survey: survey, client: client, choice: self.choice, missing: choice)
            do {
                var images = try await builder.images(of: contents)
                if named?.includesReferrers == true { try await addReferrers(to: &images) }
                var sizes = BlobSizes()
                for image in images {
                    try sizes.add(image)
                    for referrer in image.referrers { try sizes.add(referrer) }
                }
                let layout = ContainerdLayout(of: images, omitting: survey.omitted)
                let plan = try ArchivePlan(layout, isGzip: survey.isGzip)
                let hasReferrers = images.contains { !$0.referrers.isEmpty }
                try survey.verify(plan, of: layout, isRebuilt: isRebuilt, hasReferrers: hasReferrers)
                return images
            } catch let error as RepairRefusal {
                refusal = error
            }
        }
        throw refusal
    }

    private func addReferrers(to images: inout [SavedImage]) async throws {
        let search = ReferrerSearch(
            client: client,
            resolver: ImageResolver(client: client, choice: .all, notice: notice)
        )
        for index in images.indices { images[index].referrers = try await search.run(images[index]).referrers }
    }
}

/// Puts the images of an archive together from its manifests.
private struct RepairedImages: Sendable {
    let survey: ArchiveSurvey
    let client: RegistryClient
    let choice: PlatformChoice
    /// The platforms of images that the archive may have though their manifests are not found; `nil` for none.
    let missing: PlatformChoice?

    func images(of contents: ArchiveContents) async throws -> [SavedImage] {
        var images: [SavedImage] = []
        for image in contents.images { images.append(try await self.image(image)) }
        guard !images.isEmpty else { return [] }
        for referrer in contents.referrers {
            let saved = try await self.referrer(referrer)
            let owner = images.firstIndex { image in
                (image.manifests + image.referrers.flatMap(\.manifests)).contains { $0.digest == saved.subject }
            }
            images[owner ?? 0].referrers.append(saved)
        }
        return images
    }

    private func image(_ image: ArchiveContents.Image) async throws -> SavedImage {
        let repository = image.reference.repository
        let top = try await manifest(image.top, in: repository)
        var descendants: [Manifest] = []
        var principal = top
        if case .index(let entries) = top.content {
            try await add(entries, in: repository, all: false, to: &descendants)
            principal = try self.principal(of: image.reference, entries, among: descendants)
        }
        let layers = ([top] + descendants)
            .flatMap { manifest -> [Descriptor] in
                if case .image(_, let layers) = manifest.content { layers.filter(\.isForeignLayer) } else { [] }
            }
        let hasForeignLayers = layers.contains { survey.has($0.digest) } || missing?.includesWindows == true
        return SavedImage(
            reference: image.reference,
            top: top,
            descendants: descendants,
            principal: principal,
            includesForeignLayers: hasForeignLayers
        )
    }

    private func principal(
        of reference: Reference,
        _ entries: [Descriptor],
        among manifests: [Manifest]
    ) throws -> Manifest {
        let configurations = survey.configurations(of: reference)
        let named = manifests.first { manifest in
            guard case .image(let configuration, _) = manifest.content else { return false }
            return configurations.contains(configuration.digest)
        }
        guard let principal = named ?? ImageResolver.principal(of: entries, among: manifests, choice: choice) else {
            throw RepairRefusal.otherLayout
        }
        return principal
    }

    private func referrer(_ referrer: ArchivedReferrer) async throws -> SavedReferrer {
        guard let repository = referrer.repository else { throw RepairRefusal.otherLayout }
        let top = try await manifest(referrer.manifest, in: repository)
        var descendants: [Manifest] = []
        if case .index(let entries) = top.content {
            try await add(entries, in: repository, all: true, to: &descendants)
        }
        let name = referrer.tag.map { "\(repository):\($0)" } ?? "\(repository)@\(referrer.manifest.digest)"
        return SavedReferrer(
            reference: try Reference(name),
            subject: referrer.subject,
            top: top,
            descendants: descendants
        )
    }

    /// The archive's own manifest if that is sound; else the repository's.
    private func manifest(_ descriptor: Descriptor, in repository: Repository) async throws -> Manifest {
        if let manifest = survey.manifest(descriptor.digest, descriptor.mediaType) { return manifest }
        return try await client.manifest(.digest(descriptor.digest), in: repository)
    }

    private func add(
        _ entries: [Descriptor],
        in repository: Repository,
        all: Bool,
        to manifests: inout [Manifest]
    ) async throws {
        try await ImageResolver.add(entries, to: &manifests) { entries in
            let missing = Set(missing?.select(from: entries).map(\.digest) ?? [])
            return entries.filter { all || survey.has($0.digest) || missing.contains($0.digest) }
        } manifest: {
            try await manifest($0, in: repository)
        }
    }
}
