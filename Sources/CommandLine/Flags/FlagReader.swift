/// A flag or variable with a value that is not allowed.
struct InvalidSetting: Error, Equatable {
    /// One sentence: which flag or variable, its value, and what it must be.
    let sentence: String
}

/// Reads the values of flags that no script knows: from the command line, else from the environment, else the default.
struct FlagReader {
    let given: ParsedFlags
    let environment: [String: String]

    /// The value of a flag that has one always, given or by default.
    func one<Value>(_ flag: Flag, _ read: (String) -> Value?) throws(InvalidSetting) -> Value {
        guard let value = try optional(flag, read) else {
            throw InvalidSetting(flag.long, nil, allowed: flag.allowed)
        }
        return value
    }

    /// The value of a flag, `nil` where it is not given and has no default.
    func optional<Value>(_ flag: Flag, _ read: (String) -> Value?) throws(InvalidSetting) -> Value? {
        if given.contains(flag) {
            return try Self.read(given.value(flag), of: flag.long, flag, read)
        }
        if let (variable, text) = variable(flag), !text.isEmpty {
            return try Self.read(text, of: variable, flag, read)
        }
        return try flag.defaults[given.mode]
            .map { text throws(InvalidSetting) in
                try Self.read(text, of: flag.long, flag, read)
            }
    }

    /// The values of a flag that may be repeated, in the order given.
    func all<Value>(_ flag: Flag, _ read: (String) -> Value?) throws(InvalidSetting) -> [Value] {
        var source = flag.long
        var texts: [String?] = flag.defaults[given.mode].map { [$0] } ?? []
        if let values = given.all(flag) {
            texts = values
        } else if let (variable, text) = self.variable(flag) {
            let values = text.split(separator: ",").map(trimmingBlanks).filter { !$0.isEmpty }
            if !values.isEmpty { (source, texts) = (variable, values) }
        }
        return try texts.map { text throws(InvalidSetting) in try Self.read(text, of: source, flag, read) }
    }

    /// Whether a flag without a value is given, or its variable says so.
    func isOn(_ flag: Flag) throws(InvalidSetting) -> Bool {
        if given.contains(flag) { return true }
        guard let (variable, text) = variable(flag) else { return false }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off", "": return false
        default: throw InvalidSetting(variable, text, allowed: flag.allowed)
        }
    }

    /// The variable of a flag and its value; `nil` where it is not set, or the program does not know the flag.
    private func variable(_ flag: Flag) -> (name: String, text: String)? {
        guard flag.programs.contains(given.program), let name = flag.variable else { return nil }
        return environment[name].map { (name, $0) }
    }

    private static func read<Value>(
        _ text: String?,
        of source: String,
        _ flag: Flag,
        _ read: (String) -> Value?
    ) throws(InvalidSetting) -> Value {
        guard let text, !text.isEmpty, let value = read(text) else {
            throw InvalidSetting(source, text, allowed: flag.allowed)
        }
        return value
    }
}

extension InvalidSetting {
    /// - Parameters:
    ///   - source: the flag or the variable.
    ///   - text: its value; `nil` and an empty one are none.
    fileprivate init(_ source: String, _ text: String?, allowed: String) {
        let value = text ?? ""
        sentence =
            value.isEmpty
            ? "\(source) has no value: it must be \(allowed)"
            : "\(source) is '\(value)': it must be \(allowed)"
    }
}
