import CommandLine

/// The completions for the argument after a flag.
enum ValueCompletion: Equatable {
    /// The flag takes no argument.
    case none
    /// Files and directories.
    case files
    /// These words.
    case words([String])
    /// Nothing: the argument can be anything.
    case anything
}

extension Flag {
    /// Whether more than one value counts.
    var isRepeated: Bool {
        if case .values = argument { true } else { false }
    }

    /// The completions that follow from the placeholder: alternatives in lower case are typed literally.
    var completion: ValueCompletion {
        guard takesValue else { return .none }
        if ["PATH", "FILE", "ARCHIVE"].contains(placeholder) { return .files }
        let words = placeholder.split(separator: "|").map(String.init)
            .filter { $0.first?.isLetter == true && $0.utf8.allSatisfy(Self.isTyped) }
        return words.isEmpty ? .anything : .words(words)
    }

    private static func isTyped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// The flags that a program knows in any mode, in the order of the usage text.
    static func table(for program: Program) -> [Flag] {
        table.filter { $0.programs.contains(program) }
    }
}

extension Program {
    /// The names by which a program is called in a mode. `scripts/install` lays them all down.
    func names(in mode: ScriptMode) -> [String] {
        switch mode {
        case .shell: [rawValue, rawValue + ".sh"]
        case .powerShell: [rawValue + ".ps1"]
        }
    }
}
