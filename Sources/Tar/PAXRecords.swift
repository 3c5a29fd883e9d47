import SystemIO

/// The records of extended headers that change how an entry is read (POSIX.1-2017, pax, "pax Extended Header").
struct PAXRecords: Equatable, Sendable {
    /// The keys of records that take the place of a header's field.
    enum Key: String, CaseIterable {
        case gid, gname, linkpath, mtime, path, size, uid, uname
    }

    private(set) var values: [Key: String] = [:]
    /// Whether there is a record of GNU tar's for sparse files: the entry was stored without its holes.
    private(set) var isSparse = false

    subscript(key: Key) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// Takes over the records of an extended header; what other keys say is of no interest here. A record without a value
    /// takes an earlier one back, also one of a global header.
    ///
    /// - Returns: `false` if `bytes` are not records.
    mutating func add(parsing bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            // "<length> <key>=<value>\n", where the length counts the whole record.
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Int64(asciiDigits: rest[..<space], radix: 10),
                length <= Int64(rest.count),
                case let end = rest.startIndex + Int(length), end > space + 1,
                rest[end - 1] == UInt8(ascii: "\n"),
                case let record = rest[(space + 1)..<(end - 1)],
                let equals = record.firstIndex(of: UInt8(ascii: "=")),
                equals > record.startIndex
            else { return false }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
            if let key = Key(rawValue: key) {
                values[key] = value
            } else if key.hasPrefix("GNU.sparse.") {
                isSparse = true
            }
            rest = rest[end...]
        }
        return true
    }

    /// These records, and those of `defaults` (a global header) where these say nothing.
    func merged(over defaults: PAXRecords) -> PAXRecords {
        var merged = self
        merged.values.merge(defaults.values) { own, _ in own }
        merged.isSparse = isSparse || defaults.isSparse
        return merged
    }

    /// The records as the content of an extended header, sorted by key as Go does.
    func encoded() -> [UInt8] {
        values.sorted { $0.key.rawValue < $1.key.rawValue }
            .flatMap { key, value in
                let body = " \(key.rawValue)=\(value)\n"
                // The length counts its own digits, of which one more may be needed because they are counted.
                var length = body.utf8.count
                while length != body.utf8.count + String(length).utf8.count {
                    length = body.utf8.count + String(length).utf8.count
                }
                return Array("\(length)\(body)".utf8)
            }
    }
}

/// The whole seconds of a PAX time such as `1350244992.023960108` or `-1.5`, rounded down.
///
/// - Returns: `nil` if `text` is no time, or one that does not fit.
func paxSeconds(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let parts = text.utf8.dropFirst(isNegative ? 1 : 0)
        .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let seconds = Int64(asciiDigits: parts[0], radix: 10) else { return nil }
    let fraction = parts.count == 2 ? parts[1] : parts[0].prefix(0)
    guard fraction.allSatisfy(\.isDigit) else { return nil }
    guard isNegative else { return seconds }
    return fraction.contains { $0 != UInt8(ascii: "0") } ? -seconds - 1 : -seconds
}

/// The number of a PAX record: decimal digits, of which a minus sign may stand in front.
///
/// - Returns: `nil` if `text` is no such number, or one that does not fit.
func paxNumber(_ text: String) -> Int64? {
    text.contains { $0 == "+" } ? nil : Int64(text)
}
