import FoundationEssentials
import ImageArchive
import OCI

/// The images and their names in an archive of `docker save`, from `manifest.json` and `index.json`.
struct SavedArchiveIndex: Equatable, Sendable {
    /// An item of `manifest.json`.
    struct Item: Decodable, Equatable, Sendable {
        var names: [String]?
        var layers: [String]?

        private enum CodingKeys: String, CodingKey {
            case names = "RepoTags"
            case layers = "Layers"
        }

        /// Whether podman's library containers/image has written the item: the names of its layers are digests without a directory.
        /// Docker's layers are in directories.
        fileprivate var isOfPodman: Bool {
            guard let layers, !layers.isEmpty else { return false }
            return layers.allSatisfy { layer in
                layer.utf8.count == 68 && layer.hasSuffix(".tar") && Digest("sha256:" + layer.dropLast(4)) != nil
            }
        }
    }

    private let items: [Item]
    /// The digests by name in `index.json`.
    private let digests: [Reference: Digest]

    /// Parses the two files.
    ///
    /// - Returns: `nil` without a valid `manifest.json`.
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

    /// Returns the reason that the archive cannot hold the saved images; `nil` if it can.
    ///
    /// Docker saves each image separately, so names that share an image are names of that image. Their pulls can have two digests, because
    /// the image can also be in an index. If all names share one image and have more digests, podman has written the archive. In an
    /// archive with podman's layout, names can share an image only if all their digests are equal.
    ///
    /// - Parameters:
    ///   - names: the arguments of `docker save`.
    ///   - pulled: the digests that the pulls have printed, by name.
    func problem(saving names: [String], pulled: [String: Digest]) -> String? {
        // The files name neither references with digests nor image IDs.
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
    /// Parses the output of `docker pull`: the digest of the manifest, or with podman the ID of the image.
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

/// An archive of `docker save` that cannot hold the pulled images.
package struct SavedArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problem, as one sentence without advice.
    package let problem: String
    /// Whether another engine can write the archive; `false` for a stream, whose bytes are already written.
    package var leavesNothing = true

    package var description: String { "\(problem): use --engine registry" }
}
