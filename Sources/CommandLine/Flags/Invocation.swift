/// What the words of a command line and the environment amount to. Nothing is read from the disk for it.
package enum Invocation: Sendable, Equatable {
    /// The text, usage or an error and usage, goes to standard output, and the run ends with the status; the notice, if there
    /// is one, goes to standard error.
    case usage(String, status: Int32, notice: String? = nil)
    /// The version goes to standard output, and the run ends well.
    case version
    /// The sentence goes to standard error, and the run ends with status 1.
    case invalid(String)
    /// A run.
    case run(Options)

    /// Reads a command line.
    ///
    /// - Parameters:
    ///   - programName: the program as it was typed.
    ///   - words: the words after it.
    ///   - environment: of which the variables that begin with `RANCHER_IMAGES_` count, and those that the shell scripts use without
    ///     having set them: `help`, and `target_registry` of `load`.
    package init(_ program: Program, programName: String, words: [String], environment: [String: String]) {
        let mode = ScriptMode(programName: programName, words: words, program: program)
        let usage = Usage.text(program, mode, programName: programName)
        let given: ParsedFlags
        switch mode {
        case .shell:
            guard let flags = ParsedFlags(shellWords: words, program: program) else {
                self = .usage(usage, status: 1)
                return
            }
            given = flags
        case .powerShell:
            given = ParsedFlags(powerShellWords: words, program: program)
        }

        let variables = mode == .shell ? environment : [:]
        let registry = given.contains(.registry) ? given.value(.registry) : variables["target_registry"]
        let flags = FlagReader(given: given, environment: environment)
        // A value that is not allowed is told of below.
        let pushesNothing = given.contains(.list) || (try? flags.isOn(.check)) == true
        let lacksRegistry = program == .load && (registry ?? "").isEmpty && !pushesNothing
        let asksForHelp = given.contains(.help)
        if mode == .powerShell, asksForHelp {
            self = .usage(usage, status: 0)
        } else if given.contains(.version) {
            self = .version
        } else if lacksRegistry {
            self = .usage(mode == .shell ? usage : ScriptLines.registryRequired + "\n" + usage, status: 1)
        } else if asksForHelp {
            self = .usage(usage, status: 0)
        } else if variables["help"]?.isEmpty == false {
            let notice =
                "the variable help is set, which asks for this text, as it does in the script: unset it to go on"
            self = .usage(usage, status: 0, notice: notice)
        } else {
            do throws(InvalidSetting) {
                let extensions = try ToolOptions(given, environment: environment)
                guard !extensions.check || !extensions.list else {
                    self = .invalid("--check and --list are two different things: give one of them")
                    return
                }
                self = .run(
                    Options(
                        program: program,
                        programName: programName,
                        given: given,
                        registry: registry,
                        extensions: extensions,
                        environment: environment
                    )
                )
            } catch {
                self = .invalid(error.sentence)
            }
        }
    }
}
