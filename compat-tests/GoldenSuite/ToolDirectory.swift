import FoundationEssentials
import TestSupport

/// A directory with links to all commands of this machine but docker and helm, for scripts that must find only the fakes.
final class ToolDirectory: Sendable {
    private let directory: TemporaryDirectory

    /// The directory's path, for `PATH`.
    var path: String { directory.path }

    init() throws {
        directory = try TemporaryDirectory()
        for place in ["/usr/local/bin", "/usr/bin", "/bin"] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            where name != "docker" && name != "helm" {
                // The first place that has a command counts.
                try? FileManager.default.createSymbolicLink(
                    atPath: directory.path(name),
                    withDestinationPath: "\(place)/\(name)"
                )
            }
        }
    }
}
