import SystemIO
import Tar

/// Reads the tables of a tar archive while it passes by in pieces, and keeps nothing else of it.
struct TableReader {
    private var parser = TarHeaderParser()
    private var block: [UInt8] = []
    /// The entry that is passing by.
    private var entry = Entry()
    private var tables: [String: [UInt8]] = [:]
    /// Whether the bytes are no archive, or the archive has ended.
    private var isOver = false

    private struct Entry {
        /// The table; `nil` for any other entry.
        var table: String?
        /// The bytes of content that are still to come.
        var content: Int64 = 0
        /// The bytes to the next header, those of content included.
        var rest: Int64 = 0
    }

    private static let manifest = "manifest.json"
    private static let index = "index.json"
    /// The size of the largest table that is read, in bytes: far more than thousands of images need.
    private static let limit: Int64 = 16 << 20

    /// The tables of what has passed by; `nil` if it is no archive of images.
    var savedTables: SavedTables? { SavedTables(manifest: tables[Self.manifest], index: tables[Self.index]) }

    /// The tables of an archive in a file, of which nothing else is read.
    ///
    /// - Throws: `FileError` or `TarError`.
    static func savedTables(ofFile path: String) throws -> SavedTables? {
        let tar = TarReader(try File(path, for: .reading).source())
        var tables: [String: [UInt8]] = [:]
        while let entry = try tar.next() {
            guard let name = tableName(entry.header) else { continue }
            tables[name] = try tar.readBytes(Int(entry.header.contentSize))
        }
        return SavedTables(manifest: tables[manifest], index: tables[index])
    }

    /// The table that an entry is; `nil` for any other entry.
    private static func tableName(_ header: TarHeader) -> String? {
        let name = header.name.hasPrefix("./") ? String(header.name.dropFirst(2)) : header.name
        return [manifest, index].contains(name) && header.contentSize <= limit ? name : nil
    }

    /// Takes the next piece.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty, !isOver {
            if entry.rest > 0 {
                let count = Int(min(entry.rest, Int64(rest.count)))
                if let table = entry.table {
                    let content = Int(min(entry.content, Int64(count)))
                    tables[table, default: []] += rest.prefix(content)
                    entry.content -= Int64(content)
                }
                entry.rest -= Int64(count)
                rest = rest.dropFirst(count)
            } else {
                let piece = rest.prefix(TarHeader.blockSize - block.count)
                block += piece
                rest = rest.dropFirst(piece.count)
                if block.count == TarHeader.blockSize { takeBlock() }
            }
        }
    }

    private mutating func takeBlock() {
        defer { block.removeAll(keepingCapacity: true) }
        do {
            switch try block.withUnsafeBytes({ try parser.consume($0) }) {
            case .incomplete: break
            case .end: isOver = true
            case .entry(let header, let dataOffset):
                entry = Entry(content: header.contentSize, rest: parser.offset - dataOffset)
                entry.table = Self.tableName(header)
                if let table = entry.table { tables[table] = [] }
            }
        } catch {
            isOver = true
        }
    }
}
