import SystemIO

/// The records of extended headers that override fields of an entry's header (POSIX.1-2017, pax, "pax Extended Header").
struct PAXRecords: Equatable, Sendable {
    /// The keys of records that override a header's field.
    enum Key: String, CaseIterable {
        case gid, gname, linkpath, mtime, path, size, uid, uname
    }

    private(set) var values: [Key: String] = [:]
    /// Whether there is a GNU record for a sparse file, whose content is stored in fragments.
    private(set) var isSparse = false

    subscript(key: Key) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// Adds the records of an extended header, except those with other keys. A record without a value cancels an earlier one,
    /// also one of a global header.
    ///
    /// - Returns: `false` if `bytes` are not records.
    mutating func add(parsing bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            // "<length> <key>=<value>\n", where the length is that of the complete record.
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

    /// Returns these records, with those of `defaults` (a global header) for missing keys.
    func merged(over defaults: PAXRecords) -> PAXRecords {
        var merged = self
        merged.values.merge(defaults.values) { own, _ in own }
        merged.isSparse = isSparse || defaults.isSparse
        return merged
    }

    /// Returns the content of an extended header, sorted by key as Go does.
    func encoded() -> [UInt8] {
        values.sorted { $0.key.rawValue < $1.key.rawValue }
            .flatMap { key, value in
                let body = " \(key.rawValue)=\(value)\n"
                // The length includes its own digits, so it may need one digit more.
                var length = body.utf8.count
                while length != body.utf8.count + String(length).utf8.count {
                    length = body.utf8.count + String(length).utf8.count
                }
                return Array("\(length)\(body)".utf8)
            }
    }
}

/// Returns the seconds of a PAX time such as `1350244992.023960108` or `-1.5`, rounded down, or `nil` if `text` is no time or
/// does not fit.
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

/// Returns the number of a PAX record, decimal digits with an optional minus sign, or `nil` if `text` is no number or does not
/// fit.
func paxNumber(_ text: String) -> Int64? {
    text.contains { $0 == "+" } ? nil : Int64(text)
}
