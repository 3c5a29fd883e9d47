import FoundationEssentials
import ImageArchive
import OCI

/// The tables of an archive that `docker save` has written: the images and their names.
struct SavedTables: Equatable, Sendable {
    /// An item of `manifest.json`.
    struct Item: Decodable, Equatable, Sendable {
        var names: [String]?
        var layers: [String]?

        private enum CodingKeys: String, CodingKey {
            case names = "RepoTags"
            case layers = "Layers"
        }

        /// Whether containers/image has written the item, which podman uses: the layers lie at the top, called by their hashes alone.
        /// Docker has them in directories.
        fileprivate var isOfPodman: Bool {
            guard let layers, !layers.isEmpty else { return false }
            return layers.allSatisfy { layer in
                layer.utf8.count == 68 && layer.hasSuffix(".tar") && Digest("sha256:" + layer.dropLast(4)) != nil
            }
        }
    }

    private let items: [Item]
    /// The digests that `index.json` has for names.
    private let digests: [Reference: Digest]

    /// Reads the tables.
    ///
    /// - Returns: `nil` without a `manifest.json` that can be read, so that nothing is known.
    init?(manifest: [UInt8]?, index: [UInt8]?) {
        guard let manifest, let items = try? JSONDecoder().decode([Item].self, from: Data(manifest)) else { return nil }
        self.items = items
        struct Index: Decodable {
            struct Entry: Decodable {
                var digest: String
                var annotations: [String: String]?
            }
            var manifests: [Entry]?
        }
        let entries = index.flatMap { try? JSONDecoder().decode(Index.self, from: Data($0)) }?.manifests ?? []
        digests = Dictionary(
            entries.compactMap { entry in
                guard let name = entry.annotations?[OCILayout.nameAnnotation], let reference = Self.reference(name),
                    let digest = Digest(entry.digest)
                else { return nil }
                return (reference, digest)
            }
        ) { first, _ in first }
    }

    /// Why the archive cannot hold the images that were to be saved; `nil` if it may.
    ///
    /// Docker saves each image for itself, so names that share one are names of it, even if they were pulled by different digests: an image
    /// may also be in an index, or in two. That explains two digests; with more of them, all names of the archive sharing one image is
    /// podman's doing. If podman has written the archive, only a digest that all names have in common explains it.
    ///
    /// - Parameters:
    ///   - names: the images as `docker save` got them.
    ///   - pulled: what the pulls of these names have printed, by name.
    func problem(saving names: [String], pulled: [String: Digest]) -> String? {
        // A reference with a digest is in no table, nor is an image that is named by its ID.
        let references = names.compactMap { name in Self.reference(name).map { (key: $0, value: name) } }
        let wanted = Dictionary(references.filter { $0.key.digest == nil }) { first, _ in first }
        let written = Set(items.flatMap { ($0.names ?? []).compactMap(Self.reference) }).union(digests.keys)
        let missing = wanted.filter { !written.contains($0.key) }.values.sorted()
        if let first = missing.first {
            let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
            return "docker save wrote an archive without \(first)\(others)"
        }
        guard items.count == 1, wanted.count > 1 else { return nil }
        let known = wanted.compactMapValues { pulled[$0] }
        if items[0].isOfPodman {
            if Set(known.values).count == 1, known.count == wanted.count { return nil }
        } else if Set(known.values).count <= 2 || known.allSatisfy({ digests[$0.key] == $0.value }) {
            return nil
        }
        return "docker save wrote a single image under \(wanted.count) names, as podman does"
    }

    private static func reference(_ name: String) -> Reference? { (try? Reference(name))?.withDefaultTag }
}

extension Digest {
    /// The identity of an image in what `docker pull` has printed: the digest of its manifest, or as podman prints it, its ID.
    init?(printedByPull output: [UInt8]) {
        let lines = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline)
        let prefix = "Digest: "
        let text =
            lines.last { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
            ?? lines.last.map { "sha256:" + $0 }
        guard let text, let digest = Digest(String(text)) else { return nil }
        self = digest
    }
}

/// A `docker save` that has written something else than the images that were pulled.
package struct SavedArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problem, as one sentence without advice.
    package let problem: String
    /// Whether nothing has been written, so that another engine can write the archive. A stream has passed the bytes on.
    package var leavesNothing = true

    package var description: String { "\(problem): use --engine registry" }
}
