/// The two executables.
package enum Program: String, Sendable, Hashable, CaseIterable {
    /// Saves images from registries to an archive.
    case save = "rancher-save-images"
    /// Loads an archive and pushes its images to a registry.
    case load = "rancher-load-images"

    /// The program that a file name contains, in any case; `nil` if it contains neither name, or both.
    package init?(named path: String) {
        let name = lastPathComponent(path).lowercased()
        let named = Self.allCases.filter { name.contains($0.rawValue) }
        guard let program = named.first, named.count == 1 else { return nil }
        self = program
    }
}
