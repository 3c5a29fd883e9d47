import SystemIO

/// What a command line asks for. Paths and registries stand as they were typed.
package struct Options: Sendable, Equatable {
    /// The executable.
    package var program: Program
    /// The family of scripts.
    package var mode: ScriptMode
    /// The program as it was typed, `$0` of the scripts.
    package var programName: String
    /// The list; `nil` where PowerShell has null, which is an error of the run.
    package var imageList: String?
    /// Whether the command line or the environment names the list; else it is the default one.
    package var namesImageList: Bool
    /// The archive; `nil` where PowerShell has null.
    package var images: String?
    /// Every archive that a load in shell mode names, in order and each once; what can only take one takes ``images``.
    package var archives: [String]
    /// The registry in front of the names in the archive; `nil` and empty are none.
    package var sourceRegistry: String?
    /// The registry that is pushed to; `nil` in `save`. In `load` it is empty or `nil` only where nothing is pushed: with
    /// ``ToolOptions/list`` or ``ToolOptions/check``.
    package var registry: String?
    /// The Windows list of `load` in shell mode; `nil` where there are no Windows images.
    package var windowsImageList: String?
    /// The releases that the Windows images are there for, in order; empty in PowerShell mode.
    package var windowsVersions: [String]
    /// The release in the names of PowerShell mode; `nil` where PowerShell has null, which stands for nothing in a name.
    package var osReleaseID: String?
    /// What the flags of our own ask for.
    package var extensions: ToolOptions
    /// Every flag of the program as it counts in the run.
    package var settings: [Setting]
    /// Sentences for standard error about deliberate differences that apply.
    package var notices: [String]

    init(
        program: Program,
        programName: String,
        given: ParsedFlags,
        registry: String?,
        extensions: ToolOptions,
        environment: [String: String]
    ) {
        self.program = program
        self.mode = given.mode
        self.programName = programName
        self.extensions = extensions
        settings = Setting.all(of: program, given, registry: registry, environment: environment)
        imageList = given.value(.imageList)
        namesImageList = given.contains(.imageList)
        images = given.value(.images)
        var seen: Set<String> = []
        archives =
            program == .load && given.mode == .shell
            ? (given.all(.images) ?? [images]).compactMap(\.self).filter { !$0.isEmpty && seen.insert($0).inserted }
            : []
        if archives.count > 1, let index = settings.firstIndex(where: { $0.name == Flag.images.name }) {
            settings[index] = Setting(name: Flag.images.name, value: .texts(archives))
        }
        sourceRegistry = given.value(.sourceRegistry)
        self.registry = program == .load ? registry : nil
        windowsImageList = given.value(.windowsImageList).flatMap { $0.isEmpty ? nil : $0 }
        osReleaseID = given.value(.osReleaseID)
        notices = []
        if let registry = self.registry, !given.contains(.registry) {
            notices.append("the variable target_registry names the registry, \(registry), as it does in the script")
        }

        if given.mode == .shell, let images, images.utf8.contains(where: isBlank) {
            notices.append("the archive is called '\(images)', blanks and all")
        }
        let versions = given.value(.windowsVersions) ?? ""
        windowsVersions = given.mode == .shell && program == .load ? Self.windowsVersions(versions) : []
        if windowsImageList != nil, versions.utf8.contains(where: isBlank) {
            notices.append("the blanks in '\(versions)', the Windows versions, were dropped")
        }
    }

    /// Separates versions as bash's `IFS=, read -r -a` does: of the first line, and a comma at the end adds no empty version.
    /// Blanks are dropped (D11).
    private static func windowsVersions(_ text: String) -> [String] {
        let line = text.nativeBytes.prefix { $0 != UInt8(ascii: "\n") }.filter { !isBlank($0) }
        var versions = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { String(nativeBytes: $0) }
        if versions.last == "" { versions.removeLast() }
        return versions
    }
}
