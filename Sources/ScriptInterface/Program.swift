/// Which of the two executables is run.
public enum Program: Sendable, Hashable, CaseIterable {
    /// `rancher-save-images`: from registries into an archive.
    case save
    /// `rancher-load-images`: from an archive into a registry.
    case load
}
