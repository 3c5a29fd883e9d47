import SystemIO

/// The options of a run. Paths and registries are unmodified.
package struct Options: Sendable, Equatable {
    package var program: Program
    package var mode: ScriptMode
    /// `$0` of the scripts.
    package var programName: String
    /// The image list; `nil` if PowerShell has null, which is an error of the run.
    package var imageList: String?
    /// Whether the command line names the list; else it is the default one.
    package var namesImageList: Bool
    /// The archive; `nil` if PowerShell has null.
    package var images: String?
    /// Every archive of a load in shell mode, in order and each once. Code that handles one archive uses ``images``.
    package var archives: [String]
    /// The registry that is prepended to the names in the archive; `nil` and empty are none.
    package var sourceRegistry: String?
    /// The registry that is pushed to; `nil` in `save`. In `load` it is empty or `nil` only with ``ToolOptions/list`` or
    /// ``ToolOptions/check``.
    package var registry: String?
    /// The Windows list of `load` in shell mode; `nil` if there is none.
    package var windowsImageList: String?
    /// The Windows releases in manifest lists, in order; empty in PowerShell mode.
    package var windowsVersions: [String]
    /// The release in the names of PowerShell mode; `nil` if PowerShell has null, which adds nothing to a name.
    package var osReleaseID: String?
    /// The options that the scripts do not have.
    package var extensions: ToolOptions
    /// Every flag of the program with the value that applies.
    package var settings: [Setting]
    /// Sentences for standard error about deliberate differences that apply.
    package var notices: [String]

    /// Reads all flags.
    ///
    /// - Parameter registry: the registry that is pushed to, from the flag or from a variable of the scripts.
    /// - Throws: for the first value that is not allowed.
    init(_ flags: FlagReader, programName: String, registry: String?) throws(InvalidSetting) {
        let given = flags.given
        program = given.program
        mode = given.mode
        self.programName = programName
        extensions = try ToolOptions(flags)
        imageList = given.value(.imageList)
        namesImageList = given.contains(.imageList)
        images = given.value(.images)
        var seen: Set<String> = []
        archives =
            given.program == .load && given.mode == .shell
            ? (given.all(.images) ?? [images]).compactMap(\.self).filter { !$0.isEmpty && seen.insert($0).inserted }
            : []
        var known = [Flag.registry.name: Setting.Value(registry)]
        if archives.count > 1 { known[Flag.images.name] = .texts(archives) }
        settings = try flags.settings(known)
        sourceRegistry = given.value(.sourceRegistry)
        self.registry = given.program == .load ? registry : nil
        windowsImageList = given.value(.windowsImageList).flatMap { $0.isEmpty ? nil : $0 }
        osReleaseID = given.value(.osReleaseID)
        notices = []
        if let registry = self.registry, !given.contains(.registry) {
            notices.append("the variable target_registry names the registry, \(registry), as it does in the script")
        }
        if mode == .shell, let images, images.utf8.contains(where: isSpace) {
            notices.append("the archive is called '\(images)', with its spaces")
        }
        let versions = given.value(.windowsVersions) ?? ""
        windowsVersions = mode == .shell && program == .load ? Self.windowsVersions(versions) : []
        if windowsImageList != nil, versions.utf8.contains(where: isSpace) {
            notices.append("the spaces in '\(versions)', the Windows versions, were dropped")
        }
    }

    /// Splits versions as bash's `IFS=, read -r -a` does: of the first line, and a comma at the end adds no empty version.
    /// Spaces and tabs are dropped (D11).
    private static func windowsVersions(_ text: String) -> [String] {
        let line = text.nativeBytes.prefix { $0 != UInt8(ascii: "\n") }.filter { !isSpace($0) }
        var versions = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { String(nativeBytes: $0) }
        if versions.last == "" { versions.removeLast() }
        return versions
    }
}
