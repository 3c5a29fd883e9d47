import OCI

/// A key of any name, so that all keys of an object can be enumerated.
struct GoKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<GoKey> {
    /// Returns the value of a field as `encoding/json` finds it: by its name, or by a name that differs only in case; `nil` if
    /// there is none, or if it is `null`, which keeps the field's default.
    func field<Value: Decodable>(_ name: String, _ type: Value.Type = Value.self) throws -> Value? {
        let exact = GoKey(stringValue: name)
        if contains(exact) { return try decodeIfPresent(Value.self, forKey: exact) }
        guard let key = allKeys.first(where: { $0.stringValue.lowercased() == name.lowercased() }) else { return nil }
        return try decodeIfPresent(Value.self, forKey: key)
    }

    /// Returns the elements of a slice of strings; a `null` element is empty.
    func strings(_ name: String) throws -> [String]? {
        try field(name, [String?].self)?.map { $0 ?? "" }
    }

    /// Returns the elements of a `strslice.StrSlice`, which may also be a single string.
    func stringOrStrings(_ name: String) throws -> [String]? {
        if let text = try? field(name, String.self) { return [text] }
        return try strings(name)
    }

    /// The keys of a `map[string]struct{}`.
    func set(_ name: String) throws -> Set<String>? {
        try field(name, [String: EmptyStruct?].self).map { Set($0.keys) }
    }
}

/// Go's `struct{}`: any object, of which nothing is kept.
private struct EmptyStruct: Decodable {
    init(from decoder: any Decoder) throws {
        _ = try decoder.container(keyedBy: GoKey.self)
    }
}
