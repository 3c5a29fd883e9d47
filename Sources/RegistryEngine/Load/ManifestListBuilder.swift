import Engine
import OCI
import Registry

/// Creates a manifest list of images that are in the registry, as `docker manifest create` and `push` do.
struct ManifestListBuilder: Sendable {
    let client: RegistryClient

    /// Reads the platforms of the members and puts the list under `target`.
    ///
    /// - Returns: the digest of the list, and notices about the members.
    /// - Throws: `RegistryError`, or ``ManifestListError``, which names all members that are missing.
    func build(_ target: Reference, of members: [Reference]) async throws -> (digest: Digest, notices: [Notice]) {
        var entries: [Descriptor] = []
        var notices: [Notice] = []
        var missing: [Reference] = []
        for member in Self.order(members) {
            do {
                entries.append(try await entry(for: member, &notices))
            } catch let error as RegistryError where error.code == .notFound {
                missing.append(member)
            }
        }
        guard missing.isEmpty else { throw ManifestListError.missing(missing) }
        let list = try Manifest(listing: entries)
        try await client.put(list, as: ManifestName(target), in: target.repository)
        return (list.digest, notices)
    }

    /// Returns the entry of a member, with the platform in the image's configuration.
    private func entry(for member: Reference, _ notices: inout [Notice]) async throws -> Descriptor {
        let manifest = try await client.manifest(member, noting: { notices.append($0) })
        guard case .image(let configuration, _) = manifest.content else { throw ManifestListError.list(member) }
        let bytes = try await client.content(
            of: configuration,
            from: member.repository,
            limit: ImageConfiguration.sizeLimit
        )
        guard let platform = ImageConfiguration(bytes: bytes)?.platform, !platform.os.isEmpty,
            !platform.architecture.isEmpty
        else { throw ManifestListError.noPlatform(member) }
        var entry = manifest.descriptor
        entry.platform = platform
        return entry
    }

    /// Returns the members in docker's order, which is the order of the names of docker's files for them.
    static func order(_ members: [Reference]) -> [Reference] {
        let fileName = { (reference: Reference) in
            reference.description.utf8.map { byte in
                switch byte {
                case UInt8(ascii: ":"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: byte
                }
            }
        }
        return members.sorted { fileName($0).lexicographicallyPrecedes(fileName($1)) }
    }
}

/// The reason that a manifest list cannot be created.
enum ManifestListError: Error, CustomStringConvertible {
    /// The registry does not have these members.
    case missing([Reference])
    /// A member is a list itself.
    case list(Reference)
    /// The configuration of a member has no platform.
    case noPlatform(Reference)

    var description: String {
        switch self {
        case .missing(let members):
            "no such manifest: \(members.map(\.familiar).joined(separator: ", ")); push the missing images first"
        case .list(let member): "\(member.familiar) is a manifest list"
        case .noPlatform(let member):
            "manifest \(member.familiar) must have an OS and Architecture to be pushed to a registry"
        }
    }
}
