import SystemIO
import Tar

/// An entry of a tar to the byte.
public struct RawEntry: Sendable {
    /// What the header says.
    public let header: TarHeader
    /// The header as it stands there, extensions included.
    public let headerBytes: [UInt8]
    /// What follows the header, without padding.
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

/// What `source` gives, to its end.
public func content(of source: any ByteSource) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try source.forEachPiece { bytes += $0 }
    return bytes
}
