import OCI
import Registry

/// Puts the manifests of a push after its blobs are in the repository; an index follows its entries.
///
/// The bytes of a manifest stay unchanged unless the registry refuses its form. Then the manifest is put in another form, and the
/// indexes that list it name the new digest.
struct ManifestPusher {
    /// A difference between the planned and the pushed manifests.
    enum Change: Hashable {
        /// Foreign layers became ordinary ones.
        case ordinaryLayers
        /// OCI manifests became those of docker's schema 2.
        case schema2
    }

    private let client: RegistryClient
    private let push: ImagePush
    /// The manifests in the repository, by the digest of the planned manifest.
    private var placed: [Digest: Manifest] = [:]
    /// The differences between the planned and the pushed manifests.
    private(set) var changes: Set<Change> = []
    /// Whether the target had the manifest already and its tag is immutable.
    private(set) var wasThere = false

    init(client: RegistryClient, push: ImagePush) {
        self.client = client
        self.push = push
    }

    /// - Returns: the manifest that got the name.
    mutating func put() async throws -> Manifest {
        let selection = push.selection
        for child in selection.manifests where child.digest != selection.top.digest {
            placed[child.digest] = try await put(try replacing(in: child)) { .digest($0.digest) }
        }
        let target = ManifestName(push.target)
        return try await put(try replacing(in: selection.top)) { _ in target }
    }

    private mutating func put(_ manifest: Manifest, as name: (Manifest) -> ManifestName) async throws -> Manifest {
        do {
            let placement = try await client.put(
                manifest,
                as: name(manifest),
                in: push.target.repository,
                // Docker's own registry refuses URLs with 400 or, by a defect of 2.8, with 500.
                mayBeRefusedBy500: manifest.content.withOrdinaryLayers != nil
            )
            wasThere = placement.wasThere
            return manifest
        } catch let refusal as RegistryError {
            guard let other = try await otherForm(of: manifest, after: refusal) else { throw refusal }
            return try await put(other, as: name)
        }
    }

    /// Returns another form of a refused manifest, which cannot be refused for the same reason; `nil` if there is none.
    private mutating func otherForm(of manifest: Manifest, after refusal: RegistryError) async throws -> Manifest? {
        if Self.mayBeForURLs(refusal), let content = manifest.content.withOrdinaryLayers, hasLayers(of: content) {
            changes.insert(.ordinaryLayers)
            return try Manifest(pushing: content, as: manifest.mediaType)
        }
        guard refusal.refusesMediaType, manifest.mediaType.isOCIManifest else { return nil }
        changes.insert(.schema2)
        do {
            return try await schema2(of: manifest)
        } catch let error as Schema2Error {
            throw RegistryError(
                refusal.code,
                "\(refusal); the registry takes no OCI manifests, and it cannot be pushed as docker's schema 2 either: \(error)",
                status: refusal.status
            )
        }
    }

    /// Returns a manifest converted to docker's schema 2. The OCI entries of a list are converted and put too.
    private mutating func schema2(of manifest: Manifest) async throws -> Manifest {
        var content = manifest.content
        if case .index(let entries) = content {
            let children = Dictionary(placed.values.map { ($0.digest, $0) }) { first, _ in first }
            var others: [Descriptor] = []
            for entry in entries {
                guard let child = children[entry.digest], child.mediaType.isOCIManifest else {
                    others.append(entry)
                    continue
                }
                let other = try await put(try await schema2(of: child)) { .digest($0.digest) }
                others.append(Self.entry(entry, for: other))
            }
            content = .index(others)
        }
        let converted = try content.asSchema2()
        return try Manifest(pushing: converted.content, as: converted.mediaType)
    }

    /// Whether the registry has read and rejected the manifest; a server that fails (502, 503, 504) has not read it.
    static func mayBeForURLs(_ error: RegistryError) -> Bool {
        guard let status = error.status else { return false }
        return status == 500 || (400...499).contains(status) && ![401, 403, 404, 408, 429].contains(status)
    }

    private func hasLayers(of content: Manifest.Content) -> Bool {
        guard case .image(_, let layers) = content else { return false }
        return layers.allSatisfy { push.selection.content(of: $0.digest) != nil }
    }

    /// Returns an index with the digests of the pushed entries; a manifest without changed entries is returned unchanged.
    private func replacing(in manifest: Manifest) throws -> Manifest {
        let isOther = { (entry: Descriptor) in placed[entry.digest].map { $0.digest != entry.digest } ?? false }
        guard case .index(let entries) = manifest.content, entries.contains(where: isOther) else { return manifest }
        return try Manifest(
            listing: entries.map { entry in placed[entry.digest].map { Self.entry(entry, for: $0) } ?? entry }
        )
    }

    /// Returns the entry of a list for a manifest that replaces the manifest of `entry`.
    private static func entry(_ entry: Descriptor, for other: Manifest) -> Descriptor {
        guard other.digest != entry.digest else { return entry }
        var changed = other.descriptor
        changed.platform = entry.platform
        return changed
    }
}
