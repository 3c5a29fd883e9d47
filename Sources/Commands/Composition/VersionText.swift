import CBuild
import Charts
import CommandLine
import Compression
import HTTP
import OCI

/// The output of `--version`.
enum VersionText {
    /// Two lines: the program with its version and, if the build has it, the commit; then the libraries.
    static func text(_ program: Program) -> String {
        let commit = CBuild_commit().map { " (commit \(String(cString: $0)))" } ?? ""
        return "\(program.rawValue) \(CommandLineTool.version)\(commit)\n"
            + libraries.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
    }

    /// The libraries, each with the version that it reports.
    private static var libraries: [(name: String, version: String)] {
        [("libcurl", HTTPClient.libraryVersion), ("OpenSSL", ContentHash.libraryVersion)]
            + CompressionLibraries.versions + [("libyaml", ChartPackage.yamlLibraryVersion)]
            + [("Swift", _SwiftStdlibVersion.current.description)]
    }
}
