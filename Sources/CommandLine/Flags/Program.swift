/// The two executables.
package enum Program: String, Sendable, Hashable, CaseIterable {
    /// `rancher-save-images`: from registries into an archive.
    case save = "rancher-save-images"
    /// `rancher-load-images`: from an archive into a registry.
    case load = "rancher-load-images"

    /// The program that a file is by its name; `nil` where the name has neither name in it, or both.
    ///
    /// - Parameter path: with or without directories. What stands before or behind a program's name, such as `.ps1` or a version,
    ///   does not matter, nor does case.
    package init?(named path: String) {
        let name = lastPathComponent(path).lowercased()
        let named = Self.allCases.filter { name.contains($0.rawValue) }
        guard let program = named.first, named.count == 1 else { return nil }
        self = program
    }
}
