import FoundationEssentials
import OCI
import SystemIO

extension OmittedBlobs {
    /// The blobs of an older archive: those that it has, and those that it omits.
    ///
    /// - Parameter path: the archive, or the JSON that `rancher-load-images --list --format json` prints for it
    ///   (docs/archive-list.md).
    /// - Throws: `FileError`, or ``ArchiveError``.
    package init(ofOlder path: String) throws {
        let file = try ArchiveLocation(path).open()
        if try file.isRegular, try file.size <= Self.listLimit {
            let bytes = try FileSection(of: file, at: 0, length: Self.listLimit).readBytes(Int(try file.size))
            if bytes.first == UInt8(ascii: "{") {
                try self.init(list: bytes)
                return
            }
        }
        self = try ReusableArchive(path).blobs(called: Self.name(path))
    }

    /// Ten times the list of the largest release, in bytes. The decoder needs several times as much memory.
    private static let listLimit: Int64 = 32 << 20

    /// Returns the name of an older archive in a delta archive: the last component of its path.
    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private struct List: Decodable {
        struct Image: Decodable {
            struct Part: Decodable {
                var digest: String
            }

            var unpacked: Bool
            var blobs: [Part]
        }

        var version: Int
        var archive: String
        var images: [Image]
    }

    private init(list json: [UInt8]) throws(ArchiveError) {
        guard let list = try? StrictJSON.decode(List.self, from: json), list.version == 1 else {
            throw .unreadable("it is not what --list --format json prints, of version 1")
        }
        self.init()
        // The layers of an unpacked image have other digests than in registries.
        let parts = list.images.filter { !$0.unpacked }.flatMap(\.blobs)
        add(parts.compactMap { Digest($0.digest) }, of: Self.name(list.archive))
    }
}
