import CommandLine

/// Reads a command line of the shell scripts' family, or of PowerShell's.
func parse(
    _ program: Program,
    _ words: [String],
    name: String = "rancher-images",
    environment: [String: String] = [:]
) -> Invocation {
    Invocation(program, programName: name, arguments: words, environment: environment)
}

/// The same under a name that ends in `.ps1`.
func parsePowerShell(_ program: Program, _ words: [String], environment: [String: String] = [:]) -> Invocation {
    parse(program, words, name: "rancher-images.ps1", environment: environment)
}

extension Invocation {
    /// The options of a run.
    var options: Options? {
        if case .run(let options) = self { options } else { nil }
    }

    /// The sentence about a value that is not allowed.
    var sentence: String? {
        if case .invalid(let sentence) = self { sentence } else { nil }
    }

    /// The status of a run that ends with usage.
    var usageStatus: Int32? {
        if case .usage(_, let status, _) = self { status } else { nil }
    }
}
