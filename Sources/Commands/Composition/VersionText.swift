import CBuild
import Charts
import CommandLine
import Compression
import HTTP
import OCI

/// What `--version` prints.
enum VersionText {
    /// Two lines: the program with its version, and the commit where the build was told it; then what is inside.
    static func text(_ program: Program) -> String {
        let commit = CBuild_commit().map { " (commit \(String(cString: $0)))" } ?? ""
        return "\(program.rawValue) \(CommandLineTool.version)\(commit)\n"
            + libraries.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
    }

    /// The libraries inside, each with the version that it tells of itself.
    private static var libraries: [(name: String, version: String)] {
        [("libcurl", HTTPClient.libraryVersion), ("OpenSSL", ContentHash.libraryVersion)]
            + CompressionLibraries.versions + [("libyaml", ChartPackage.yamlLibraryVersion)]
            + [("Swift", _SwiftStdlibVersion.current.description)]
    }
}
