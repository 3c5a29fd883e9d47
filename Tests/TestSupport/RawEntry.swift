import SystemIO
import Tar

/// The exact bytes of an entry of a tar.
public struct RawEntry: Sendable {
    /// The parsed header.
    public let header: TarHeader
    /// The bytes of the header, including extensions.
    public let headerBytes: [UInt8]
    /// The content, without padding.
    public let content: [UInt8]
}

/// All entries of a tar.
public func rawEntries(of tar: [UInt8]) throws -> [RawEntry] {
    let reader = TarReader(MemorySource(tar))
    var entries: [RawEntry] = []
    var end = 0
    while let entry = try reader.next() {
        let start = Int(entry.dataOffset)
        let content = Array(tar[start..<start + Int(entry.header.contentSize)])
        entries.append(RawEntry(header: entry.header, headerBytes: Array(tar[end..<start]), content: content))
        end = start + content.count + entry.header.padding
    }
    return entries
}

/// Returns all bytes of `source`.
public func content(of source: any ByteSource) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try source.forEachPiece { bytes += $0 }
    return bytes
}
