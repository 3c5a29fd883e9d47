/// The family of scripts that an executable replaces.
package enum ScriptMode: Sendable, Hashable, CaseIterable {
    /// `rancher-save-images.sh` and `rancher-load-images.sh`.
    case shell
    /// `rancher-save-images.ps1` and `rancher-load-images.ps1`.
    case powerShell

    /// Determines the mode, before flags are parsed.
    ///
    /// A name that ends in `.ps1` in any case is PowerShell mode. So is the flag `-o`/`--os-release-id`, which no `.sh` has, if it is not the
    /// value of the flag before it.
    ///
    /// - Parameters:
    ///   - programName: `$0` of the scripts.
    ///   - arguments: the arguments after `programName`.
    package init(programName: String, arguments: [String], program: Program) {
        if lastPathComponent(programName).lowercased().hasSuffix(".ps1") {
            self = .powerShell
            return
        }
        let flags = Flag.table(for: program, in: .shell)
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if Flag.osReleaseID.words.contains(argument) {
                self = .powerShell
                return
            }
            if let flag = flags.first(where: { $0.words.contains(argument) }), flag.takesValue {
                rest = rest.dropFirst()
            }
        }
        self = .shell
    }
}
