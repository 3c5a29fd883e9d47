/// A flag as it counts in a run: given, set by its variable, or what it is by default. No flag has a secret as its value.
package struct Setting: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        /// Neither given nor set, and without a default.
        case none
        /// Of a flag without a value.
        case isOn(Bool)
        /// As it was typed.
        case text(String)
        /// Of a flag of which several count.
        case texts([String])
    }

    /// The flag's name without its dashes.
    package let name: String
    package let value: Value

    /// Every flag that a program knows in the mode of its command line, in the order of the usage text, but those that only print.
    ///
    /// - Parameter registry: the registry that is pushed to, which a variable of the scripts may name.
    static func all(
        of program: Program,
        _ given: ParsedFlags,
        registry: String?,
        environment: [String: String]
    ) -> [Setting] {
        let reader = FlagReader(given: given, environment: environment)
        return Flag.table(for: program, in: given.mode)
            .filter { ![Flag.help.name, Flag.version.name].contains($0.name) }
            .map { flag in
                let isRegistry = flag.name == Flag.registry.name
                return Setting(name: flag.name, value: isRegistry ? Value(registry) : reader.value(of: flag))
            }
    }
}

extension Setting.Value {
    fileprivate init(_ text: String?) {
        self = text.map { .text($0) } ?? .none
    }
}

extension FlagReader {
    /// The value of a flag in words. Where the run has refused it, it has none.
    fileprivate func value(of flag: Flag) -> Setting.Value {
        switch flag.argument {
        case .none: .isOn((try? isOn(flag)) ?? false)
        case .values: .texts((try? all(flag) { $0 }) ?? [])
        case .value where flag.isExtension: Setting.Value((try? optional(flag) { $0 }) ?? nil)
        case .value: Setting.Value(given.value(flag))
        }
    }
}
