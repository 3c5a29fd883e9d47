import Compression
import Glibc
import OCI
import SystemIO
import Tar

/// Finds the entries of an archive with missing or damaged pieces.
///
/// Each entry has the offset of the next one. If there is no entry at that offset, the next one is searched: in a gzip archive a
/// member that begins with a tar header, in a plain tar a header. Only archives with the layout of an ``ArchivePlan`` are read.
/// The caller verifies the digests of the entries.
struct ArchiveSalvage {
    private let file: any RandomAccess
    private let size: Int64

    init(_ file: any RandomAccess) throws(FileError) {
        self.file = file
        size = try file.size
    }

    /// Returns the entries, with the archive's defects.
    ///
    /// - Returns: `nil` if there are none.
    func entries() throws -> ArchiveEntries? {
        for kind in kinds {
            let entries = try entries(kind)
            if entries.isFound { return entries.entries }
        }
        return nil
    }

    /// The possible forms of the archive, by its first bytes; both if these are missing.
    private var kinds: [Kind] {
        guard let start = try? bytes(StoredGzipMember.header.count, at: 0) else { return [.gzip, .tar] }
        return start == StoredGzipMember.header ? [.gzip] : [.tar]
    }

    private func entries(_ kind: Kind) throws -> (entries: ArchiveEntries, isFound: Bool) {
        var entries = ArchiveEntries()
        entries.defects = (file as? SplitFile)?.defects ?? []
        var isFound = false
        try visit(kind) { found in
            isFound = true
            // A copy of an entry inside of another entry's content is not an entry.
            if !entries.has(found.header.name) { try entries.add(found.header, content: found.content) }
        } gap: { offset in
            addDefect(at: offset, to: &entries)
        }
        return (entries, isFound)
    }

    /// An entry and its place in the file.
    struct Found: Sendable {
        let header: TarHeader
        let content: ArchivedContent
        let offset: Int64
        /// The length of the entry in the file, in bytes.
        let length: Int64
        /// The length of the tar headers before the content, in bytes.
        let headerLength: Int64
    }

    /// Visits the entries in the order of the file.
    ///
    /// - Parameter gap: called with each offset at which an entry is missing.
    func visit(_ kind: Kind, entry: (Found) throws -> Void, gap: (Int64) -> Void) throws {
        var isFound = false
        var offset: Int64 = 0
        while offset < size {
            let step = try next(kind, at: offset)
            if case .entry(let found) = step {
                isFound = true
                try entry(found)
                offset += found.length
                continue
            }
            guard let found = try search(kind, from: offset + 1) else {
                if case .nothing = step, isFound { gap(offset) }
                return
            }
            gap(offset)
            offset = found
        }
    }

    /// Records that the part at an offset is damaged, unless the part has a defect already.
    private func addDefect(at offset: Int64, to entries: inout ArchiveEntries) {
        guard let path = (file as? SplitFile)?.paths(of: offset..<offset + 1).first,
            !entries.defects.contains(where: { $0.hasPrefix(path + " ") })
        else { return }
        entries.defects.append("\(path) is damaged")
    }

    /// The form of the archive.
    enum Kind {
        case gzip, tar
    }

    private enum Step {
        case entry(Found)
        case end
        case nothing
    }

    private func next(_ kind: Kind, at offset: Int64) throws -> Step {
        do {
            return switch kind {
            case .gzip: try member(at: offset)
            case .tar: try section(at: offset)
            }
        } catch is FileError {
            return .nothing
        } catch is TarError {
            return .nothing
        }
    }

    private func member(at offset: Int64) throws -> Step {
        guard try bytes(StoredGzipMember.header.count, at: offset) == StoredGzipMember.header else { return .nothing }
        let endless = StoredGzipReader(StoredGzipMember(contentLength: .max / 2), in: file, at: offset)
        var parser = TarHeaderParser()
        guard let (header, dataOffset) = try parser.next({ try endless.read(into: $0, at: $1) }) else { return .end }
        // A truncated archive may end in an entry. The computation of the member's length might overflow.
        guard parser.offset <= size - offset else { return .end }
        let member = StoredGzipMember(contentLength: parser.offset)
        let start = StoredGzipMember.header + member.blockHeader(at: 0)
        guard try bytes(start.count, at: offset) == start else { return .nothing }
        guard member.length <= size - offset else { return .end }
        let reader = StoredGzipReader(member, in: file, at: offset)
        return .entry(
            Found(
                header: header,
                content: ArchivedContent(reader, from: dataOffset, size: header.contentSize),
                offset: offset,
                length: member.length,
                headerLength: dataOffset
            )
        )
    }

    private func section(at offset: Int64) throws -> Step {
        var parser = TarHeaderParser(at: offset)
        guard let (header, dataOffset) = try parser.next({ try file.read(into: $0, at: $1) }) else { return .end }
        guard parser.offset <= size else { return .end }
        let content = ArchivedContent(of: file, at: dataOffset, size: header.contentSize)
        return .entry(
            Found(
                header: header,
                content: content,
                offset: offset,
                length: parser.offset - offset,
                headerLength: dataOffset - offset
            )
        )
    }

    private func bytes(_ count: Int, at offset: Int64) throws -> [UInt8] {
        try FileSection(of: file, at: offset, length: Int64(count)).readBytes(count)
    }

    // MARK: Searching

    /// Returns the offset of the first entry at or after `start`.
    private func search(_ kind: Kind, from start: Int64) throws -> Int64? {
        let pattern = kind == .gzip ? StoredGzipMember.header : Array("ustar".utf8)
        let patternOffset: Int64 = kind == .gzip ? 0 : 257
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        for region in (file as? SplitFile)?.readable ?? [0..<size] {
            var position = max(region.lowerBound, start)
            while position < region.upperBound {
                let wanted = Int(min(Int64(buffer.count), region.upperBound - position))
                let count: Int
                do throws(FileError) {
                    count = try file.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]),
                        at: position
                    )
                } catch {
                    guard error.code == EIO else { throw error }
                    // A bad block of the disk.
                    position += Int64(wanted)
                    continue
                }
                var from = 0
                while let found = UnsafeRawBufferPointer(rebasing: buffer[..<count]).firstRange(of: pattern, from: from)
                {
                    let candidate = position + Int64(found) - patternOffset
                    if candidate >= start, try isEntry(kind, at: candidate) { return candidate }
                    from = found + 1
                }
                // A pattern may cross the boundary of two pieces.
                guard count == wanted, position + Int64(count) < region.upperBound else { break }
                position += Int64(count - pattern.count + 1)
            }
        }
        return nil
    }

    /// Whether an entry with a name of an archive of images begins at `offset`.
    private func isEntry(_ kind: Kind, at offset: Int64) throws -> Bool {
        guard case .entry(let found) = try next(kind, at: offset), found.header.kind == .file else { return false }
        return OCILayout.digest(ofPath: found.header.name) != nil || Self.tables.contains(found.header.name)
    }

    private static let tables: Set = ["index.json", "manifest.json", "oci-layout", OmittedBlobs.entryName]
}

extension TarHeaderParser {
    /// Returns the next entry; `nil` at the end of the tar.
    ///
    /// - Parameter read: fills a block from an offset on, and returns its size in bytes.
    mutating func next(
        _ read: (UnsafeMutableRawBufferPointer, Int64) throws -> Int
    ) throws -> (header: TarHeader, dataOffset: Int64)? {
        try withUnsafeTemporaryAllocation(byteCount: TarHeader.blockSize, alignment: 16) { block in
            while true {
                let count = try read(block, offset)
                switch try consume(UnsafeRawBufferPointer(rebasing: block[..<count])) {
                case .incomplete: continue
                case .entry(let header, let dataOffset): return (header, dataOffset)
                case .end: return nil
                }
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Returns the offset of the first occurrence of `pattern` at or after `start`.
    fileprivate func firstRange(of pattern: [UInt8], from start: Int) -> Int? {
        guard let base = baseAddress else { return nil }
        var position = start
        while position + pattern.count <= count {
            guard let found = memchr(base + position, Int32(pattern[0]), count - pattern.count + 1 - position) else {
                return nil
            }
            position = UnsafeRawPointer(found) - base
            if self[position..<position + pattern.count].elementsEqual(pattern) { return position }
            position += 1
        }
        return nil
    }
}
