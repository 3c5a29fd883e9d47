import SystemIO
import Tar

/// Reads `manifest.json` and `index.json` of a tar archive in chunks, without buffering the other entries.
struct SavedArchiveIndexReader {
    private var parser = TarHeaderParser()
    private var block: [UInt8] = []
    /// The current entry.
    private var entry = Entry()
    private var files: [String: [UInt8]] = [:]
    /// Whether the archive has ended or is invalid.
    private var isFinished = false

    private struct Entry {
        /// The name of the file; `nil` for other entries.
        var file: String?
        /// The remaining bytes of content.
        var content: Int64 = 0
        /// The remaining bytes to the next header, including content.
        var rest: Int64 = 0
    }

    private static let manifestName = "manifest.json"
    private static let indexName = "index.json"
    /// The size limit of a file in bytes, which is enough for many thousands of images.
    private static let limit: Int64 = 16 << 20

    /// The index of the archive; `nil` if it is not an image archive.
    var index: SavedArchiveIndex? {
        SavedArchiveIndex(manifest: files[Self.manifestName], index: files[Self.indexName])
    }

    /// Returns the index of an archive file.
    ///
    /// - Throws: `FileError` or `TarError`.
    static func index(ofFile path: String) throws -> SavedArchiveIndex? {
        let tar = TarReader(try File(path, for: .reading).source())
        var files: [String: [UInt8]] = [:]
        while let entry = try tar.next() {
            guard let name = fileName(entry.header) else { continue }
            files[name] = try tar.readBytes(Int(entry.header.contentSize))
        }
        return SavedArchiveIndex(manifest: files[manifestName], index: files[indexName])
    }

    /// Returns the name of one of the two files; `nil` for other entries.
    private static func fileName(_ header: TarHeader) -> String? {
        let name = header.name.hasPrefix("./") ? String(header.name.dropFirst(2)) : header.name
        return [manifestName, indexName].contains(name) && header.contentSize <= limit ? name : nil
    }

    /// Takes the next chunk.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty, !isFinished {
            if entry.rest > 0 {
                let count = Int(min(entry.rest, Int64(rest.count)))
                if let file = entry.file {
                    let content = Int(min(entry.content, Int64(count)))
                    files[file, default: []] += rest.prefix(content)
                    entry.content -= Int64(content)
                }
                entry.rest -= Int64(count)
                rest = rest.dropFirst(count)
            } else {
                let chunk = rest.prefix(TarHeader.blockSize - block.count)
                block += chunk
                rest = rest.dropFirst(chunk.count)
                if block.count == TarHeader.blockSize { takeBlock() }
            }
        }
    }

    private mutating func takeBlock() {
        defer { block.removeAll(keepingCapacity: true) }
        do {
            switch try block.withUnsafeBytes({ try parser.consume($0) }) {
            case .incomplete: break
            case .end: isFinished = true
            case .entry(let header, let dataOffset):
                entry = Entry(content: header.contentSize, rest: parser.offset - dataOffset)
                entry.file = Self.fileName(header)
                if let file = entry.file { files[file] = [] }
            }
        } catch {
            isFinished = true
        }
    }
}
