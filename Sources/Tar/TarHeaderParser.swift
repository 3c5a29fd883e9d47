/// Parses headers from blocks of 512 bytes. The caller reads the block at ``offset`` and passes it to ``consume(_:)``; the parser
/// never sees contents.
///
/// It reads the formats of tar programs since 1979: v7, POSIX ustar, PAX `x` and `g` records, GNU long names and base-256
/// numbers. Memory is bounded by ``extensionLimit``.
public struct TarHeaderParser: Sendable {
    /// The result of a block.
    public enum Step: Equatable, Sendable {
        /// The header is not complete yet: another block is needed, at the parser's new offset.
        case incomplete
        /// A header is complete; the entry's content begins at this offset of the archive.
        case entry(TarHeader, dataOffset: Int64)
        /// The archive has ended. What follows has no meaning.
        case end
    }

    /// The largest extended header, in bytes; Go has the same limit.
    package static let extensionLimit: Int64 = 1 << 20

    /// The offset in the archive of the next block to consume: after the content and padding of the last entry.
    public private(set) var offset: Int64

    private var global = PAXRecords()
    private var pending = Pending()
    private var state = State.header

    /// The extended headers of the next entry.
    private struct Pending {
        var records = PAXRecords()
        var longName = ""
        var longLinkName = ""
        var isEmpty = true
    }

    private enum State {
        case header
        case secondZeroBlock
        case `extension`(flag: UInt8, content: [UInt8], missing: Int)
    }

    /// A parser of an archive, or of its part from the header at `offset` on.
    public init(at offset: Int64 = 0) {
        self.offset = offset
    }

    /// Whether the archive may end before the next block. Some programs omit the blocks of zeros.
    package var mayEnd: Bool {
        if case .extension = state { return false }
        return pending.isEmpty
    }

    /// Parses the block at ``offset``.
    ///
    /// - Parameter bytes: 512 bytes, or fewer at the end of a truncated archive.
    /// - Throws: ``TarError``; the parser cannot be used after that.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(TarError) -> Step {
        guard bytes.count >= TarHeader.blockSize else {
            throw TarError(.truncated, at: offset + Int64(bytes.count))
        }
        let block = TarBlock(copying: bytes)
        if case .extension(let flag, var content, let missing) = state {
            state = .header  // Otherwise the content would be copied for each block.
            content += block.bytes.prefix(missing)
            state = .extension(flag: flag, content: content, missing: missing - min(missing, TarHeader.blockSize))
            try completeExtension()
            try advance(by: Int64(TarHeader.blockSize))
            return .incomplete
        }
        if block.isZero { return try consumeZeroBlock() }
        if case .secondZeroBlock = state { throw TarError(.loneZeroBlock, at: offset - Int64(TarHeader.blockSize)) }
        guard block.hasValidChecksum else { throw TarError(.checksum, at: offset) }
        switch block.bytes[TarField.flag] {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            try beginExtension(block)
            return .incomplete
        default:
            return try completeEntry(block)
        }
    }

    /// Two blocks of zeros are the end.
    private mutating func consumeZeroBlock() throws(TarError) -> Step {
        guard pending.isEmpty else { throw TarError(.truncated, at: offset) }
        if case .secondZeroBlock = state { return .end }
        state = .secondZeroBlock
        try advance(by: Int64(TarHeader.blockSize))
        return .incomplete
    }
}

// MARK: - Extended headers

extension TarHeaderParser {
    private mutating func beginExtension(_ block: TarBlock) throws(TarError) {
        let size = try number(block, TarField.size, "size")
        guard size >= 0 else { throw TarError(.negativeSize, at: offset) }
        guard size <= Self.extensionLimit else { throw TarError(.oversizedExtension(size: size), at: offset) }
        let flag = block.bytes[TarField.flag]
        if flag != UInt8(ascii: "g") { pending.isEmpty = false }
        state = .extension(flag: flag, content: [], missing: Int(size))
        try completeExtension()
        try advance(by: Int64(TarHeader.blockSize))
    }

    /// Applies an extended header once all of it is there.
    private mutating func completeExtension() throws(TarError) {
        guard case .extension(let flag, let content, missing: 0) = state else { return }
        let text = { String(decoding: content.prefix { $0 != 0 }, as: UTF8.self) }
        switch flag {
        case UInt8(ascii: "L"): pending.longName = text()
        case UInt8(ascii: "K"): pending.longLinkName = text()
        case UInt8(ascii: "g"): try add(content, to: &global)
        default: try add(content, to: &pending.records)
        }
        state = .header
    }

    private func add(_ content: [UInt8], to records: inout PAXRecords) throws(TarError) {
        guard records.add(parsing: content) else { throw TarError(.malformedRecords, at: offset) }
    }
}

// MARK: - Entries

extension TarHeaderParser {
    private mutating func completeEntry(_ block: TarBlock) throws(TarError) -> Step {
        var header = try merged(try header(of: block))
        // The kind of a v7 entry depends on its name, which an extended header may have given.
        header.kind = TarHeader.Kind(flag: block.bytes[TarField.flag], name: header.name)
        let records = pending.records.merged(over: global)
        if records.isSparse || header.kind == .other(UInt8(ascii: "S")) {
            throw TarError(.sparse(name: header.name), at: offset)
        }
        guard header.size >= 0 else { throw TarError(.negativeSize, at: offset) }
        let headerOffset = offset
        try advance(by: Int64(TarHeader.blockSize), header.contentSize, Int64(header.padding))
        pending = Pending()
        return .entry(header, dataOffset: headerOffset + Int64(TarHeader.blockSize))
    }

    /// Returns the header of the block, without extended headers.
    private func header(of block: TarBlock) throws(TarError) -> TarHeader {
        guard let mode = UInt32(exactly: try number(block, TarField.mode, "mode")) else {
            throw TarError(.number(field: "mode"), at: offset)
        }
        // v7 has no fields after the link's name; GNU's format has other fields instead of POSIX's prefix.
        let magic = block.text(TarField.magic)
        var name = block.text(TarField.name)
        if magic == "ustar" {
            let isStar = block.text(TarField.starTrailer) == "tar"
            let prefix = block.text(isStar ? TarField.starPrefix : TarField.prefix)
            if !prefix.isEmpty { name = prefix + "/" + name }
        }
        return TarHeader(
            name: name,
            mode: mode,
            uid: try number(block, TarField.uid, "user ID"),
            gid: try number(block, TarField.gid, "group ID"),
            size: try number(block, TarField.size, "size"),
            modificationTime: try number(block, TarField.modificationTime, "modification time"),
            linkName: block.text(TarField.linkName),
            userName: magic.hasPrefix("ustar") ? block.text(TarField.userName) : "",
            groupName: magic.hasPrefix("ustar") ? block.text(TarField.groupName) : ""
        )
    }

    /// Returns `header` with the fields of extended headers instead of its own.
    private func merged(_ header: TarHeader) throws(TarError) -> TarHeader {
        var header = header
        for (key, value) in pending.records.merged(over: global).values where !value.isEmpty {
            switch key {
            case .path: header.name = value
            case .linkpath: header.linkName = value
            case .uname: header.userName = value
            case .gname: header.groupName = value
            case .uid: header.uid = try unwrapped(paxNumber(value), "user ID")
            case .gid: header.gid = try unwrapped(paxNumber(value), "group ID")
            case .size: header.size = try unwrapped(paxNumber(value), "size")
            case .mtime: header.modificationTime = try unwrapped(paxSeconds(value), "modification time")
            }
        }
        if !pending.longName.isEmpty { header.name = pending.longName }
        if !pending.longLinkName.isEmpty { header.linkName = pending.longLinkName }
        return header
    }

    private func number(_ block: TarBlock, _ field: Range<Int>, _ name: String) throws(TarError) -> Int64 {
        try unwrapped(block.number(field), name)
    }

    private func unwrapped(_ number: Int64?, _ name: String) throws(TarError) -> Int64 {
        guard let number else { throw TarError(.number(field: name), at: offset) }
        return number
    }

    private mutating func advance(by lengths: Int64...) throws(TarError) {
        var sum = offset
        for length in lengths {
            let (next, overflow) = sum.addingReportingOverflow(length)
            guard !overflow else { throw TarError(.sizeOverflow, at: offset) }
            sum = next
        }
        offset = sum
    }
}
