import Compression
import Glibc
import OCI
import SystemIO
import Tar

/// The entries and tables of an archive of the default format that may be damaged anywhere.
///
/// Only archives with the layout of an ``ArchivePlan`` are read: gzip members of stored blocks, or a plain tar. Nothing is written.
package struct ArchiveSurvey: Sendable {
    package let path: String
    package let file: any RandomAccess
    /// Whether the archive is a gzip; else it is a plain tar.
    package let isGzip: Bool
    /// The images and referrers of `index.json`; `nil` if it is missing or damaged.
    package let index: ArchiveContents?
    /// The names of `manifest.json`, by the digest of the configuration; `nil` if it is missing or damaged.
    let items: [ManifestItem]?
    /// The text of a damaged `index.json`; `nil` if its header is damaged too.
    let damagedIndex: [UInt8]?
    /// The blobs that a delta archive omits.
    package let omitted: OmittedBlobs
    /// Whether every byte of the file belongs to an entry, so that the archive has no other entries than these.
    package let isGapless: Bool
    let blobs: [Digest: ArchiveSalvage.Found]
    let tables: [String: ArchiveSalvage.Found]
    private let identity: [FileIdentity?]

    /// Reads the headers and tables of the archive at `path`.
    ///
    /// - Throws: `FileError`, or ``RepairRefusal``.
    package init(_ path: String) throws {
        self.path = path
        guard !File.isStream(path) else { throw RepairRefusal.notAFile }
        if let archive = Self.archive(ofPart: path) { throw RepairRefusal.part(of: archive) }
        let file = try ArchiveLocation(path).open()
        guard try file.isRegular else { throw RepairRefusal.notAFile }
        self.file = file
        identity = FileIdentity.all(of: file)
        let kind = try Self.kind(of: file)
        isGzip = kind == .gzip
        var blobs: [Digest: ArchiveSalvage.Found] = [:]
        var tables: [String: ArchiveSalvage.Found] = [:]
        var isGapless = (file as? SplitFile)?.defects.isEmpty ?? true
        try ArchiveSalvage(file)
            .visit(kind) { found in
                guard found.header.kind == .file else { return }
                if let digest = OCILayout.digest(ofPath: found.header.name) {
                    if blobs[digest] == nil { blobs[digest] = found }
                } else {
                    tables[found.header.name] = found
                }
            } gap: { _ in
                isGapless = false
            }
        guard !blobs.isEmpty else { throw RepairRefusal.otherFormat }
        self.blobs = blobs
        self.tables = tables
        let isGzip = isGzip
        func content(_ name: String) throws -> [UInt8]? {
            guard let found = tables[name], try Self.isSound(found, in: file, isGzip: isGzip) else { return nil }
            return try found.content.bytes(of: name, limit: ArchiveCatalog.limit)
        }
        items = try content("manifest.json").flatMap { try? ManifestItem.read($0) }
        omitted = try content(OmittedBlobs.entryName).flatMap { try? OmittedBlobs(json: $0) } ?? OmittedBlobs()
        let index = try content("index.json").flatMap { try? ArchiveContents(index: $0) }
        // The checksum of a gzip member shows damage; a plain tar has none, but its tables have the same names.
        let names = Set(index?.images.map(\.reference) ?? [])
        let isConsistent = items?.allSatisfy { names.isSuperset(of: $0.references) } ?? true
        self.index = isConsistent ? index : nil
        damagedIndex =
            self.index == nil
            ? tables["index.json"].flatMap { try? $0.content.bytes(of: "index.json", limit: ArchiveCatalog.limit) }
            : nil
        // The end of a truncated archive is missing.
        self.isGapless = isGapless && tables["oci-layout"] != nil
    }

    /// The size in bytes of the archive's parts; `nil` if it is one file.
    package var partSize: Int64? { (file as? SplitFile)?.partSize }

    /// Whether the archive has an entry with the header of a blob.
    package func has(_ digest: Digest) -> Bool { blobs[digest] != nil }

    /// Returns the configurations that `manifest.json` lists for a name.
    package func configurations(of reference: Reference) -> Set<Digest> {
        Set((items ?? []).filter { $0.references.contains(reference) }.compactMap(\.configurationDigest))
    }

    /// Returns the manifest with a digest, verified.
    ///
    /// - Returns: `nil` if the archive lacks it, or it is damaged.
    package func manifest(_ digest: Digest, _ mediaType: MediaType? = nil) -> Manifest? {
        guard let content = blobs[digest]?.content,
            let bytes = try? content.bytes(of: "\(digest)", limit: Manifest.sizeLimit),
            ContentHash.digest(of: bytes, digest.algorithm) == digest
        else { return nil }
        return try? Manifest(bytes: bytes, digest: digest, servedAs: mediaType)
    }

    /// Returns the images and indexes among the blobs, verified.
    func manifests() -> [Digest: Manifest] {
        let small = blobs.filter { digest, found in
            guard found.content.size <= Manifest.sizeLimit, let source = try? found.content.open() else { return false }
            return (try? source.readBytes(1)) == [UInt8(ascii: "{")]
        }
        return small.keys.reduce(into: [:]) { manifests, digest in manifests[digest] = manifest(digest) }
    }

    /// Whether the path still names the same file, unchanged.
    package var isCurrent: Bool {
        guard let now = try? ArchiveLocation(path).open() else { return false }
        return FileIdentity.all(of: now) == identity
    }

    /// Returns `ARCHIVE` for `ARCHIVE.001`; `nil` if the file is not a part of an archive.
    private static func archive(ofPart path: String) -> String? {
        let base = String(path.dropLast(4))
        guard let name = path.split(separator: "/").last, let baseName = base.split(separator: "/").last,
            let number = PartName.number(String(name), of: String(baseName)), File.exists(path)
        else { return nil }
        let others = SplitFile.numbers(at: base).subtracting([number])
        return number > 1 || !others.isEmpty ? base : nil
    }

    /// Returns the form of the archive, by its first bytes, else by its last bytes.
    private static func kind(of file: any RandomAccess) throws -> ArchiveSalvage.Kind {
        let start = try? FileSection(of: file, at: 0, length: Int64(TarHeader.blockSize)).readBytes(TarHeader.blockSize)
        let header = StoredGzipMember.header
        // After the header of a member, a stored block begins with 0, or with 1 if it is the last one.
        if let start, start.starts(with: header), start.count > header.count, start[header.count] <= 1 { return .gzip }
        // The end of an archive is a member of two blocks of zeros.
        let end = StoredGzipMember(contentLength: Int64(TarHeader.endOfArchive.count))
        let tail = try? FileSection(of: file, at: max(0, try file.size - end.length), length: end.length)
            .readBytes(Int(end.length))
        if let tail, tail.starts(with: header + end.blockHeader(at: 0)) { return .gzip }
        guard let start, start.contains(where: { $0 != 0 }), LayerDetection.isTar(start, size: 0) else {
            throw RepairRefusal.otherFormat
        }
        return .tar
    }

    /// Whether the checksum of an entry's gzip member matches its content. A plain tar has no checksums.
    private static func isSound(
        _ found: ArchiveSalvage.Found,
        in file: any RandomAccess,
        isGzip: Bool
    ) throws -> Bool {
        guard isGzip, found.content.size <= ArchiveCatalog.limit else { return !isGzip }
        let size = found.content.size
        let length = found.headerLength + size + Int64(TarHeader.padding(after: size))
        let reader = StoredGzipReader(StoredGzipMember(contentLength: length), in: file, at: found.offset)
        let content = try [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            count = try reader.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
        let trailer = content.withUnsafeBytes { GzipChecksum(of: $0) }.trailer
        let start = found.offset + found.length - Int64(trailer.count)
        return try FileSection(of: file, at: start, length: Int64(trailer.count)).readBytes(trailer.count) == trailer
    }
}

/// The reason that an archive is not repaired. The file is unchanged.
package enum RepairRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// A directory, a device or a pipe.
    case notAFile
    /// One part of an archive of this name.
    case part(of: String)
    /// Not an archive that this program writes by default.
    case otherFormat
    /// The names of the images are unknown.
    case noNames
    /// Blobs of the archive belong to none of the images.
    case uncovered(Int)
    /// The images would make another archive.
    case otherLayout
    /// The archive was replaced or changed meanwhile.
    case changed

    /// The problem and advice, to be printed after the archive's name.
    package var description: String {
        switch self {
        case .notAFile: "it is not a regular file"
        case .part(let archive): "it is a part of an archive: name the archive, \(archive)"
        case .otherFormat:
            "it is not an archive that rancher-save-images writes by default; only those can be repaired"
        case .noNames:
            "the names of its images cannot be read: name the list of its images with --image-list, and --source-registry as when it"
                + " was saved"
        case .uncovered(let count):
            "\(count) of its blobs belong to none of the images that were found, and would be lost: name the list of all its images"
                + " with --image-list, and --platform and --source-registry as when it was saved"
        case .otherLayout:
            "it has other images of these names than those that were found, or another layout: give --platform as when it was saved;"
                + " an archive of another program cannot be repaired"
        case .changed: "another program has changed it meanwhile: run the command again"
        }
    }
}
