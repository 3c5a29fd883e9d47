import FoundationEssentials
import TestSupport

/// A folder with links to all commands of this machine but docker and helm, for scripts that are to find the stand-ins alone.
final class ToolFolder: Sendable {
    private let folder: TemporaryFolder

    /// The folder's path, for `PATH`.
    var path: String { folder.path }

    init() throws {
        folder = try TemporaryFolder()
        for place in ["/usr/local/bin", "/usr/bin", "/bin"] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            where name != "docker" && name != "helm" {
                // The first place that has a command counts.
                try? FileManager.default.createSymbolicLink(
                    atPath: folder.path(name),
                    withDestinationPath: "\(place)/\(name)"
                )
            }
        }
    }
}
