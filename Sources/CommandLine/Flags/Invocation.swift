/// The meaning of a command line and the environment. No file is read for it.
package enum Invocation: Sendable, Equatable {
    /// Print the text, usage or an error and usage, to standard output, and the notice to standard error; exit with the status.
    case usage(String, status: Int32, notice: String? = nil)
    /// Print the version to standard output.
    case version
    /// Print the sentence to standard error, and exit with status 1.
    case invalid(String)
    /// Run the program.
    case run(Options)

    /// Parses a command line.
    ///
    /// - Parameters:
    ///   - programName: `$0` of the scripts.
    ///   - arguments: the arguments after `programName`.
    ///   - environment: the environment variables. Those that begin with `RANCHER_IMAGES_` count, and those that the shell scripts use without
    ///     having set them: `help`, and `target_registry` of `load`.
    package init(_ program: Program, programName: String, arguments: [String], environment: [String: String]) {
        let mode = ScriptMode(programName: programName, arguments: arguments, program: program)
        let usage = Usage.text(program, mode, programName: programName)
        let given: ParsedFlags
        switch mode {
        case .shell:
            guard let flags = ParsedFlags(shellArguments: arguments, program: program) else {
                self = .usage(usage, status: 1)
                return
            }
            given = flags
        case .powerShell:
            given = ParsedFlags(powerShellArguments: arguments, program: program)
        }

        let variables = mode == .shell ? environment : [:]
        let registry = given.contains(.registry) ? given.value(.registry) : variables["target_registry"]
        let flags = FlagReader(given: given, environment: environment)
        // A value that is not allowed is reported below.
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
            let notice = "the variable help is set, which asks for this text, as it does in the script: unset it"
            self = .usage(usage, status: 0, notice: notice)
        } else {
            do throws(InvalidSetting) {
                self = .run(try Options(flags, programName: programName, registry: registry))
            } catch {
                self = .invalid(error.sentence)
            }
        }
    }
}
