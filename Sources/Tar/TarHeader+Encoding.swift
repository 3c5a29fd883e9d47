import SystemIO

extension TarHeader {
    /// The header as Go's `archive/tar` writes it when the caller leaves the format to it, which is what Docker does: one
    /// block, or, if a field does not fit one (a size of 8 GiB or more, a name over 100 bytes that cannot be split at a
    /// slash, text that is not ASCII), an extended header with PAX records before it.
    ///
    /// - Returns: a multiple of 512 bytes.
    /// - Throws: ``TarEncodingError`` if a field cannot be written either way: the size is negative, the mode has more than
    ///   21 bits, or a text has a NUL.
    public func encoded() throws(TarEncodingError) -> [UInt8] {
        try check()
        let split = USTARPath(splitting: name)
        let records = recordsOfOversizedFields(split: split)
        if records.needsExtendedHeader {
            return extendedHeader(records.records.encoded()) + block(name: name, prefix: "")
        }
        return block(name: split?.name ?? name, prefix: split?.prefix ?? "")
    }

    private func check() throws(TarEncodingError) {
        if size < 0 { throw TarEncodingError(name: name, field: "size") }
        if !Int64(mode).fitsOctal(TarField.mode) { throw TarEncodingError(name: name, field: "mode") }
        for (field, text) in [
            ("name", name), ("link name", linkName), ("user name", userName), ("group name", groupName),
        ] where text.utf8.contains(0) {
            throw TarEncodingError(name: String(name.prefix { $0 != "\0" }), field: field)
        }
    }

    /// Returns records for the fields that need one. A name that can be split gets one too, but needs no extended header.
    private func recordsOfOversizedFields(split: USTARPath?) -> (records: PAXRecords, needsExtendedHeader: Bool) {
        var records = PAXRecords()
        var needsExtendedHeader = false
        let texts: [(PAXRecords.Key, String, Range<Int>)] = [
            (.path, name, TarField.name),
            (.linkpath, linkName, TarField.linkName),
            (.uname, userName, TarField.userName),
            (.gname, groupName, TarField.groupName),
        ]
        for (key, text, field) in texts where text.utf8.count > field.count || !text.isASCII {
            records[key] = text
            if key != .path || split == nil { needsExtendedHeader = true }
        }
        let numbers: [(PAXRecords.Key, Int64, Range<Int>)] = [
            (.uid, uid, TarField.uid),
            (.gid, gid, TarField.gid),
            (.size, size, TarField.size),
            (.mtime, modificationTime, TarField.modificationTime),
        ]
        for (key, number, field) in numbers where !number.fitsOctal(field) {
            records[key] = String(number)
            needsExtendedHeader = true
        }
        return (records, needsExtendedHeader)
    }

    /// Returns the header block. Its texts omit characters that are not ASCII; a record has the complete text.
    private func block(name: String, prefix: String) -> [UInt8] {
        var block = TarBlock()
        block.bytes[TarField.flag] = kind.flag
        block.set(TarField.name, text: name.asciiBytes)
        block.set(TarField.linkName, text: linkName.asciiBytes)
        block.set(TarField.mode, octal: Int64(mode))
        block.set(TarField.uid, octal: uid)
        block.set(TarField.gid, octal: gid)
        block.set(TarField.size, octal: size)
        block.set(TarField.modificationTime, octal: modificationTime)
        block.set(TarField.userName, text: userName.asciiBytes)
        block.set(TarField.groupName, text: groupName.asciiBytes)
        block.set(TarField.deviceMajor, octal: 0)
        block.set(TarField.deviceMinor, octal: 0)
        block.set(TarField.prefix, text: prefix.asciiBytes)
        block.seal()
        return block.bytes
    }

    /// A PAX `x` header with its content, padded.
    private func extendedHeader(_ content: [UInt8]) -> [UInt8] {
        var block = TarBlock()
        block.bytes[TarField.flag] = UInt8(ascii: "x")
        block.set(TarField.name, text: extendedHeaderName)
        block.set(TarField.mode, octal: 0)
        block.set(TarField.uid, octal: 0)
        block.set(TarField.gid, octal: 0)
        block.set(TarField.size, octal: Int64(content.count))
        block.set(TarField.modificationTime, octal: 0)
        block.seal()
        return block.bytes + content + [UInt8](repeating: 0, count: Self.padding(after: Int64(content.count)))
    }

    /// `dir/PaxHeaders.0/base`, in the shortest spelling of the path.
    private var extendedHeaderName: [UInt8] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let path = (parts.dropLast() + ["PaxHeaders.0"] + parts.suffix(1)).joined(separator: "/")
        return Array(cleanPath(path).asciiBytes.prefix(TarField.name.count).trimmingSuffix { $0 == UInt8(ascii: "/") })
    }
}

/// A name of more than 100 bytes as the two fields that a header has for it.
struct USTARPath: Equatable {
    /// The part before a slash, at most 155 bytes.
    let prefix: String
    /// The part after the slash, at most 100 bytes.
    let name: String

    /// Splits `path` at the last slash that leaves a prefix which is short enough.
    ///
    /// - Returns: `nil` if the path needs no split, or none leaves parts that fit, or it is not ASCII.
    init?(splitting path: String) {
        let bytes = Array(path.utf8)
        guard bytes.count > TarField.name.count, path.isASCII else { return nil }
        let slash = UInt8(ascii: "/")
        let limit = min(bytes.last == slash ? bytes.count - 1 : bytes.count, TarField.prefix.count + 1)
        guard let split = bytes[..<limit].lastIndex(of: slash), split > 0 else { return nil }
        let rest = bytes[(split + 1)...]
        guard !rest.isEmpty, rest.count <= TarField.name.count else { return nil }
        prefix = String(decoding: bytes[..<split], as: UTF8.self)
        name = String(decoding: rest, as: UTF8.self)
    }
}

/// `path` without empty and `.` parts, and with each `..` taken together with the part before it.
private func cleanPath(_ path: String) -> String {
    let isAbsolute = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
        if part != ".." {
            parts.append(part)
        } else if let last = parts.last, last != ".." {
            parts.removeLast()
        } else if !isAbsolute {
            parts.append(part)
        }
    }
    return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
}

extension String {
    fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }

    /// The text without what is not ASCII.
    fileprivate var asciiBytes: [UInt8] { utf8.filter { $0 < 0x80 } }
}
