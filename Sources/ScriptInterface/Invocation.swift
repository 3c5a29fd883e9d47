/// The executables.
package enum Program: Sendable, Hashable, CaseIterable {
    /// `rancher-save-images`: from registries into an archive.
    case save
    /// `rancher-load-images`: from an archive into a registry.
    case load
}

/// What the words of a command line and the environment amount to. Nothing is read from the disk for it.
package enum Invocation: Sendable, Equatable {
    /// The text, usage or an error and usage, goes to standard output, and the run ends with the status.
    case usage(String, status: Int32)
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
    ///   - environment: of which the variables that begin with `RANCHER_IMAGES_` count.
    package init(_ program: Program, programName: String, words: [String], environment: [String: String]) {
        let mode = ScriptMode(programName: programName, words: words, program: program)
        let usage = Usage.text(program, mode, programName: programName)
        let given: GivenFlags
        switch mode {
        case .shell:
            guard let flags = GivenFlags(shellWords: words, program: program) else {
                self = .usage(usage, status: 1)
                return
            }
            given = flags
        case .powerShell:
            given = GivenFlags(powerShellWords: words, program: program)
        }

        let lacksRegistry = program == .load && (given.value(.registry) ?? "").isEmpty
        let asksForHelp = given.contains(.help)
        if mode == .powerShell, asksForHelp {
            self = .usage(usage, status: 0)
        } else if given.contains(.version) {
            self = .version
        } else if lacksRegistry {
            self = .usage(mode == .shell ? usage : ScriptLines.registryRequired + "\n" + usage, status: 1)
        } else if asksForHelp {
            self = .usage(usage, status: 0)
        } else {
            do throws(InvalidSetting) {
                let extensions = try ExtensionOptions(given, environment: environment)
                self = .run(
                    Options(program: program, programName: programName, given: given, extensions: extensions)
                )
            } catch {
                self = .invalid(error.sentence)
            }
        }
    }
}
