import ByteIO
import Compression
import FoundationEssentials
import ImageModel
import Tar

/// What the end of an archive tells of it though it may be damaged anywhere: entries are not found from one to the next, but
/// `index.json` is looked for.
///
/// Only archives as ``ArchivePlan`` lays them out are read: gzip members of stored blocks, or a plain tar.
package struct ArchiveTail: Sendable {
    /// An entry of `index.json`.
    package struct Entry: Sendable {
        package let name: Reference
        package let digest: Digest
    }

    /// Whether the archive is a gzip; else it is a plain tar.
    package let isGzip: Bool
    /// Where the entry `index.json` begins in the file, and the names in it; `nil` where it is not there, or damaged.
    package let index: (offset: Int64, entries: [Entry])?
    /// Whether the archive has signatures or other referrers of its images, as far as that can be read.
    package let hasReferrers: Bool
    /// The blobs that the archive leaves out, if it is a delta archive.
    package let omitted: OmittedBlobs

    /// As much of the end of a file as is searched: more than the tables of any archive of images take, in bytes.
    private static let limit: Int64 = 64 << 20

    /// Reads the end of the archive at `path`, or of what a killed repair has left of it.
    ///
    /// - Throws: `FileError`.
    package init(_ path: String) throws {
        let file = try ArchiveLocation(path).openUnfinished()
        let size = try file.size
        let range = max((file as? PartedFile)?.readable.last?.lowerBound ?? 0, size - Self.limit)..<size
        // The first part of an archive may be missing. A tar begins with the name of an entry.
        let start = try? FileSection(of: file, at: 0, length: 2).readBytes(2)
        let zip = Tables(file: file, isGzip: true, range: range)
        isGzip =
            try start.map { $0 == Array(StoredGzipMember.header.prefix(2)) } ?? (zip.content(of: "index.json") != nil)
        let tables = Tables(file: file, isGzip: isGzip, range: range)
        let found = try tables.content(of: "index.json")
            .flatMap { offset, json in Self.descriptors(json).map { (offset, $0) } }
        index = found.flatMap { offset, descriptors in Self.entries(descriptors).map { (offset, $0) } }
        hasReferrers = found?.1.contains(where: Self.isReferrer) ?? false
        omitted =
            try tables.content(of: OmittedBlobs.entryName).flatMap { try? OmittedBlobs(json: $0.content) }
            ?? OmittedBlobs()
    }

    /// - Returns: `nil` where it is not the JSON of an index.
    private static func descriptors(_ json: [UInt8]) -> [Descriptor]? {
        struct Index: Decodable {
            var manifests: [Descriptor]
        }
        return try? StrictJSON.decode(Index.self, from: json).manifests
    }

    private static func isReferrer(_ descriptor: Descriptor) -> Bool {
        descriptor.annotations?[OCILayout.subjectAnnotation] != nil
    }

    /// - Returns: `nil` where one of the images has no name.
    private static func entries(_ descriptors: [Descriptor]) -> [Entry]? {
        let images = descriptors.filter { !isReferrer($0) }
        let entries = images.compactMap { entry -> Entry? in
            guard let name = entry.annotations?[OCILayout.nameAnnotation], let reference = try? Reference(name) else {
                return nil
            }
            return Entry(name: reference, digest: entry.digest)
        }
        return entries.count == images.count ? entries : nil
    }
}

/// The tables at the end of an archive.
private struct Tables {
    let file: any RandomAccess
    let isGzip: Bool
    /// What of the file is searched.
    let range: Range<Int64>

    /// The last entry of a name whose header is sound, and in a gzip its whole member.
    func content(of name: String) throws -> (offset: Int64, content: [UInt8])? {
        // The name fills its field of 100 bytes up with zeros.
        let pattern = Array(name.utf8) + [UInt8](repeating: 0, count: 100 - name.utf8.count)
        let bytes = try FileSection(of: file, at: range.lowerBound, length: Int64(range.count)).readBytes(range.count)
        var end = bytes.endIndex
        while let start = bytes[..<end].lastRange(of: pattern) {
            let offset = range.lowerBound + Int64(start)
            if let found = try isGzip ? member(headerAt: offset) : section(headerAt: offset) { return found }
            end = start + pattern.count - 1
        }
        return nil
    }

    private func member(headerAt offset: Int64) throws -> (Int64, [UInt8])? {
        let start = offset - StoredGzipMember(contentLength: .max / 2).offset(ofContent: 0)
        guard start >= 0 else { return nil }
        let endless = StoredGzipReader(StoredGzipMember(contentLength: .max / 2), in: file, at: start)
        guard let size = try Self.size(in: endless.bytes(TarHeader.blockSize, at: 0)),
            size <= Int64(ArchiveCatalog.limit)
        else { return nil }
        let length = TarHeader.blockSize + Int(size) + TarHeader.padding(after: size)
        let member = StoredGzipMember(contentLength: Int64(length))
        let content = try StoredGzipReader(member, in: file, at: start).bytes(length, at: 0)
        let trailer = content.withUnsafeBytes { GzipChecksum(of: $0) }.trailer
        let found = try FileSection(of: file, at: start + member.length - Int64(trailer.count), length: .max)
            .readBytes(trailer.count)
        guard content.count == length, found == trailer else { return nil }
        return (start, Array(content[TarHeader.blockSize...].prefix(Int(size))))
    }

    private func section(headerAt offset: Int64) throws -> (Int64, [UInt8])? {
        let header = try FileSection(of: file, at: offset, length: .max).readBytes(TarHeader.blockSize)
        guard let size = try Self.size(in: header), size <= Int64(ArchiveCatalog.limit) else { return nil }
        let content = try FileSection(of: file, at: offset + Int64(TarHeader.blockSize), length: size)
            .readBytes(Int(size))
        return Int64(content.count) == size ? (offset, content) : nil
    }

    /// The size that a header states; `nil` where it is no header.
    private static func size(in header: [UInt8]) throws -> Int64? {
        var parser = TarHeaderParser()
        guard case .entry(let header, _) = try? header.withUnsafeBytes({ try parser.consume($0) }) else { return nil }
        return header.contentSize
    }
}

extension StoredGzipReader {
    /// The content from `position` on, at most `count` bytes.
    fileprivate func bytes(_ count: Int, at position: Int64) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            initializedCount = try read(into: UnsafeMutableRawBufferPointer(buffer), at: position)
        }
    }
}

extension ArraySlice<UInt8> {
    /// Where a pattern begins for the last time.
    fileprivate func lastRange(of pattern: [UInt8]) -> Int? {
        guard count >= pattern.count else { return nil }
        return withUnsafeBytes { bytes -> Int? in
            pattern.withUnsafeBytes { pattern in
                var position = bytes.count - pattern.count
                while position >= 0 {
                    if bytes[position] == pattern[0],
                        UnsafeRawBufferPointer(rebasing: bytes[position..<position + pattern.count])
                            .elementsEqual(pattern)
                    {
                        return startIndex + position
                    }
                    position -= 1
                }
                return nil
            }
        }
    }
}
