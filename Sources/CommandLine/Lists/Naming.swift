import Engine

/// Converts the names of a list to the references that are pulled, tagged and pushed.
package struct Naming: Sendable, Equatable {
    private let mode: ScriptMode
    private let sourcePrefix: String
    private let targetPrefix: String
    private let suffix: String

    package init(_ options: Options) {
        mode = options.mode
        let source = options.sourceRegistry ?? ""
        switch options.mode {
        case .shell:
            let trimmed = source.hasSuffix("/") ? String(source.dropLast()) : source
            sourcePrefix = trimmed.isEmpty ? "" : trimmed + "/"
            let target = options.registry ?? ""
            targetPrefix = (target.hasSuffix("/") ? String(target.dropLast()) : target) + "/"
            suffix = ""
        case .powerShell:
            sourcePrefix = source.isEmpty ? "" : Self.withoutSlashesAtEnd(source) + "/"
            targetPrefix = Self.withoutSlashesAtEnd(options.registry ?? "") + "/"
            suffix = "-windows-" + (options.osReleaseID ?? "")
        }
    }

    /// The name that `save` pulls and saves, and that `load` tags.
    package func source(_ image: ImageListEntry) -> ImageName {
        ImageName(sourcePrefix + image.reference + suffix)
    }

    /// The name that `load` pushes. A name without a slash gets `rancher/`; PowerShell's script expects text on both sides of the slash.
    package func target(_ image: ImageListEntry) -> ImageName {
        let reference = image.reference + suffix
        let hasSlash =
            switch mode {
            case .shell: reference.utf8.contains(UInt8(ascii: "/"))
            case .powerShell: reference.utf8.dropFirst().dropLast().contains(UInt8(ascii: "/"))
            }
        return ImageName(targetPrefix + (hasSlash ? "" : "rancher/") + reference)
    }

    private static func withoutSlashesAtEnd(_ registry: String) -> String {
        var rest = registry[...]
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        return String(rest)
    }
}
