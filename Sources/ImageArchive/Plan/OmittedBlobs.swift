import FoundationEssentials
import OCI

/// The blobs that a delta archive omits, each with the name of an archive that has it.
///
/// A delta archive has an additional entry, ``entryName``, after those of docker:
///
///     {"version":1,"archives":[{"name":"rancher-images.tar.gz","blobs":["sha256:…"]}]}
///
/// Manifests are never omitted. `docker load` fails because the blobs are missing.
package struct OmittedBlobs: Sendable, Equatable {
    /// The entry that lists the omitted blobs.
    package static let entryName = "rancher-images-delta.json"

    private var names: [Digest: String] = [:]

    /// No blobs.
    package init() {}

    package var isEmpty: Bool { names.isEmpty }

    /// The name of an archive that has a blob; `nil` for a blob that is not omitted.
    package subscript(digest: Digest) -> String? { names[digest] }

    /// Adds blobs that an archive has. The first archive that has a blob counts.
    package mutating func add(_ digests: some Sequence<Digest>, of archive: String) {
        for digest in digests where names[digest] == nil { names[digest] = archive }
    }

    /// Adds the omitted blobs of another archive.
    package mutating func add(_ other: OmittedBlobs) {
        names.merge(other.names) { first, _ in first }
    }

    /// Returns the wanted blobs.
    package func filter(_ isWanted: (Digest) -> Bool) -> OmittedBlobs {
        var omitted = OmittedBlobs()
        omitted.names = names.filter { isWanted($0.key) }
        return omitted
    }

    /// Returns the omitted blobs among `digests`.
    package func among(_ digests: Set<Digest>) -> OmittedBlobs {
        filter(digests.contains)
    }

    /// The names of the archives that have the blobs, sorted.
    package var archives: [String] { Set(names.values).sorted() }
}

// MARK: - The entry

extension OmittedBlobs {
    private struct Table: Codable {
        struct Archive: Codable {
            var name: String
            var blobs: [String]
        }

        var version: Int
        var archives: [Archive]
    }

    /// The content of the entry.
    var text: [UInt8] {
        let digests = Dictionary(grouping: names, by: \.value).mapValues { $0.map(\.key.description).sorted() }
        let entries = archives.map { name in
            GoJSON.object([("name", .string(name)), ("blobs", .strings(digests[name] ?? []))])
        }
        return GoJSON.object([("version", .integer(1)), ("archives", .array(entries))]).compact
    }

    /// Reads the content of the entry.
    ///
    /// - Throws: ``ArchiveError/malformed(entry:problem:)``.
    init(json: [UInt8]) throws(ArchiveError) {
        guard let table = try? StrictJSON.decode(Table.self, from: json), table.version == 1 else {
            throw .malformed(entry: Self.entryName, problem: "it is not the table of a delta archive of version 1")
        }
        for archive in table.archives {
            add(archive.blobs.compactMap { Digest($0) }, of: archive.name)
        }
    }
}
