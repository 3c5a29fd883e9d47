import Engine
import ImageArchive
import OCI
import Registry

/// Resolves names to images. Downloads only manifests.
struct ImageResolver: Sendable {
    let client: RegistryClient
    let choice: PlatformChoice
    /// The release in names that end in `-windows-ID`.
    var windowsRelease: WindowsRelease?
    let notice: NoticeHandler
    /// The maximum number of manifests of a name. All manifests are kept in memory.
    var countLimit = 1000

    /// Returns the image that a name resolves to, with the manifests to save.
    ///
    /// - Throws: `RegistryError`, `ManifestError`, ``ResolvingError``.
    func resolve(_ reference: Reference) async throws -> SavedImage {
        do {
            return try await image(reference, top: try await client.manifest(reference, noting: notice))
        } catch let error as RegistryError where error.code == .notFound {
            guard let release = windowsRelease, let list = Self.list(of: reference, release) else { throw error }
            return try await resolve(reference, release, among: list, otherwise: error)
        }
    }

    private func image(_ reference: Reference, top: Manifest) async throws -> SavedImage {
        guard case .index(let entries) = top.content else {
            // Like docker, takes a single image for any platform.
            return saved(reference, top: top, principal: top)
        }
        let descendants = try await descendants(of: top, in: reference.repository)
        guard let principal = Self.principal(of: entries, among: descendants, choice: choice) else {
            throw ResolvingError.noPlatform(choice)
        }
        return saved(reference, top: top, descendants: descendants, principal: principal)
    }

    private func saved(
        _ reference: Reference,
        top: Manifest,
        descendants: [Manifest] = [],
        principal: Manifest
    ) -> SavedImage {
        SavedImage(
            reference: reference,
            top: top,
            descendants: descendants,
            principal: principal,
            includesForeignLayers: choice.includesWindows
        )
    }

    /// Returns `NAME` of `NAME-windows-ID`.
    private static func list(of reference: Reference, _ release: WindowsRelease) -> Reference? {
        let suffix = "-windows-\(release.id)"
        guard reference.digest == nil, reference.description.hasSuffix(suffix) else { return nil }
        return try? Reference(String(reference.description.dropLast(suffix.count)))
    }

    /// Returns the image for a Windows release from an index of another name.
    ///
    /// - Parameter missing: the error to throw if there is no such index, or it does not have the release.
    private func resolve(
        _ reference: Reference,
        _ release: WindowsRelease,
        among list: Reference,
        otherwise missing: RegistryError
    ) async throws -> SavedImage {
        guard let index = try? await client.manifest(list, noting: notice),
            case .index(let entries) = index.content,
            let entry = PlatformChoice.platforms([release.platform]).select(from: entries).first,
            entry.platform?.osVersion != nil
        else { throw missing }
        let image = try await client.manifest(.digest(entry.digest), in: list.repository)
        notice(
            Notice(
                .takenFromList,
                "\(reference.familiar) is not there; the image for \(entry.platform?.osVersion ?? release.id) of the list"
                    + " \(list.familiar) is taken"
            )
        )
        return saved(reference, top: image, principal: image)
    }

    /// Returns the manifests to save below a manifest; none if the manifest is not an index.
    func descendants(of manifest: Manifest, in repository: Repository) async throws -> [Manifest] {
        var descendants: [Manifest] = []
        if case .index(let entries) = manifest.content {
            try await Self.add(entries, to: &descendants, limit: countLimit) {
                choice.select(from: $0)
            } manifest: {
                try await client.manifest(.digest($0.digest), in: repository)
            }
        }
        return descendants
    }

    /// The maximum depth of nested indexes.
    private static let depthLimit = 8

    /// Adds the chosen entries of an index and of its nested indexes, without duplicates.
    ///
    /// - Parameters:
    ///   - limit: the maximum number of manifests.
    ///   - choose: returns the entries to add of an index's entries.
    ///   - manifest: returns the manifest of an entry.
    static func add(
        _ entries: [Descriptor],
        to manifests: inout [Manifest],
        limit: Int = 1000,
        depth: Int = 1,
        choose: ([Descriptor]) -> [Descriptor],
        manifest: (Descriptor) async throws -> Manifest
    ) async throws {
        guard depth <= depthLimit else { throw ResolvingError.tooDeep }
        for entry in choose(entries) where !manifests.contains(where: { $0.digest == entry.digest }) {
            guard manifests.count < limit else { throw ResolvingError.tooMany(limit) }
            let added = try await manifest(entry)
            manifests.append(added)
            if case .index(let inner) = added.content {
                try await add(
                    inner,
                    to: &manifests,
                    limit: limit,
                    depth: depth + 1,
                    choose: choose,
                    manifest: manifest
                )
            }
        }
    }

    /// Returns the image for the first chosen platform. If all images are chosen, returns the image for linux/amd64, or else the first one.
    static func principal(
        of entries: [Descriptor],
        among manifests: [Manifest],
        choice: PlatformChoice
    ) -> Manifest? {
        let images = manifests.filter(\.mediaType.isManifest)
        let platforms = if case .platforms(let wanted) = choice { wanted } else { [Platform.linuxAMD64] }
        for platform in platforms {
            let best = PlatformChoice.platforms([platform]).select(from: entries).first
            if let best, let image = images.first(where: { $0.digest == best.digest }) { return image }
        }
        return images.first
    }
}

/// The reason that a name does not resolve to an image that can be saved.
enum ResolvingError: Error, CustomStringConvertible {
    /// No image is for a chosen platform.
    case noPlatform(PlatformChoice)
    /// Indexes are nested too deeply.
    case tooDeep
    /// Indexes list too many manifests.
    case tooMany(Int)

    var description: String {
        switch self {
        case .noPlatform(.all): "its manifest list names no image"
        case .noPlatform(.platforms(let platforms)):
            "no matching manifest for \(platforms.map(\.description).joined(separator: ", ")) in the manifest list entries"
        case .tooDeep: "its manifest list has lists in lists, more than 8 deep"
        case .tooMany(let limit): "its manifest list has more than \(limit) manifests"
        }
    }
}
