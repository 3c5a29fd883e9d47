/// A flag or variable with a value that is not allowed, or flags that exclude each other.
struct InvalidSetting: Error, Equatable {
    /// One sentence for standard error.
    let sentence: String
}

/// Reads the values of flags: from the command line, else from the environment, else from the defaults.
struct FlagReader {
    let given: ParsedFlags
    let environment: [String: String]

    /// Parses the value of a flag that has a default in every mode.
    func one<Value>(_ flag: Flag, _ parse: (String) -> Value?) throws(InvalidSetting) -> Value {
        try all(flag, parse)[0]
    }

    /// Parses the value of a flag.
    ///
    /// - Returns: `nil` if the flag is not set and has no default.
    func optional<Value>(_ flag: Flag, _ parse: (String) -> Value?) throws(InvalidSetting) -> Value? {
        try all(flag, parse).first
    }

    /// Parses the values of a flag that can be repeated, in the order given.
    func all<Value>(_ flag: Flag, _ parse: (String) -> Value?) throws(InvalidSetting) -> [Value] {
        let (source, texts) = texts(of: flag)
        return try texts.map { text throws(InvalidSetting) in
            if let text, !text.isEmpty, let value = parse(text) { return value }
            throw InvalidSetting(source, text ?? "", allowed: flag.allowed)
        }
    }

    /// Whether a switch is given, or its variable turns it on.
    func isOn(_ flag: Flag) throws(InvalidSetting) -> Bool {
        if given.contains(flag) { return true }
        guard let (variable, text) = variable(flag) else { return false }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off", "": return false
        default: throw InvalidSetting(variable, text, allowed: flag.allowed)
        }
    }

    /// Every flag of the program with its value, in the order of the usage text, except flags that only print.
    ///
    /// - Parameter known: values that are determined in another way, by the name of the flag.
    /// - Throws: for a switch whose variable has a value that is not allowed.
    func settings(_ known: [String: Setting.Value]) throws(InvalidSetting) -> [Setting] {
        try Flag.table(for: given.program, in: given.mode)
            .filter { ![Flag.help.name, Flag.version.name].contains($0.name) }
            .map { flag throws(InvalidSetting) in
                let value = if let value = known[flag.name] { value } else { try setting(flag) }
                return Setting(name: flag.name, value: value)
            }
    }

    private func setting(_ flag: Flag) throws(InvalidSetting) -> Setting.Value {
        switch flag.argument {
        case .none: .isOn(try isOn(flag))
        case .value: .init(texts(of: flag).texts.compactMap(\.self).first)
        case .values: .texts(texts(of: flag).texts.compactMap(\.self))
        }
    }

    /// The unparsed values of a flag, and the flag or variable that they are from. A value is `nil` if it is missing in PowerShell mode.
    private func texts(of flag: Flag) -> (source: String, texts: [String?]) {
        let isList = if case .values = flag.argument { true } else { false }
        if let values = given.all(flag) { return (flag.long, isList ? values : [given.value(flag)]) }
        if let (variable, text) = variable(flag) {
            let texts = (isList ? text.split(separator: ",").map(trimmingSpaces) : [text]).filter { !$0.isEmpty }
            if !texts.isEmpty { return (variable, texts) }
        }
        return (flag.long, flag.defaults[given.mode].map { [$0] } ?? [])
    }

    /// The name and the value of a flag's variable; `nil` if it is not set, or the program does not have the flag.
    private func variable(_ flag: Flag) -> (name: String, text: String)? {
        guard flag.programs.contains(given.program), let name = flag.variable else { return nil }
        return environment[name].map { (name, $0) }
    }
}

extension InvalidSetting {
    fileprivate init(_ source: String, _ value: String, allowed: String) {
        sentence = "\(source) \(value.isEmpty ? "has no value" : "is '\(value)'"): it must be \(allowed)"
    }
}
