/// Which family of scripts an executable stands in for.
package enum ScriptMode: Sendable, Hashable, CaseIterable {
    /// `rancher-save-images.sh` and `rancher-load-images.sh`.
    case shell
    /// `rancher-save-images.ps1` and `rancher-load-images.ps1`.
    case powerShell

    /// Decides before any flag is read.
    ///
    /// A name that ends in `.ps1`, in whatever case as PowerShell takes it, is PowerShell mode. So is the flag
    /// `-o`/`--os-release-id`, which no `.sh` has. As the shell scripts read, it is a flag only where it is not the value of
    /// the flag before it.
    ///
    /// - Parameters:
    ///   - programName: the program as it was typed, with or without a path.
    ///   - words: the words after it.
    package init(programName: String, words: [String], program: Program) {
        if lastPathComponent(programName).lowercased().hasSuffix(".ps1") {
            self = .powerShell
            return
        }
        let flags = Flag.table(for: program, in: .shell)
        var rest = words[...]
        while let word = rest.popFirst() {
            if Flag.osReleaseID.words.contains(word) {
                self = .powerShell
                return
            }
            if let flag = flags.first(where: { $0.words.contains(word) }), flag.takesValue {
                rest = rest.dropFirst()
            }
        }
        self = .shell
    }
}
