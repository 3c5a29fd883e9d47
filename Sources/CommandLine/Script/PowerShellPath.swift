import Glibc
import SystemIO

/// A path as PowerShell's `-Path` reads it on Linux: a backslash is a slash, and each component can have wildcards.
package struct PowerShellPath: Sendable {
    private let path: String

    package init(_ path: String) { self.path = path }

    /// The existing files and directories that the path matches, in the order of their names without regard to case. `Test-Path` and
    /// `Get-Content -Path` use these.
    package var files: [String] {
        let slashes = String(path.map { $0 == "\\" ? "/" : $0 })
        var found = [slashes.hasPrefix("/") ? "/" : ""]
        for part in slashes.split(separator: "/").map(String.init) {
            if let pattern = WildcardPattern(part) {
                found = found.flatMap { directory in
                    Self.names(in: directory).filter(pattern.matches).sorted(by: Self.precedes)
                        .map { directory + $0 + "/" }
                }
            } else {
                found = found.map { $0 + WildcardPattern.unescaped(part) + "/" }
            }
        }
        return found.map { $0.count > 1 && !slashes.hasSuffix("/") ? String($0.dropLast()) : $0 }
            .filter { !$0.isEmpty && access($0.nativeCString, F_OK) == 0 }
    }

    /// The names in a directory, or in the current one for `""`; none if the directory cannot be read.
    private static func names(in directory: String) -> [String] {
        (try? Directory.names(in: directory.isEmpty ? "." : directory)) ?? []
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        (left.lowercased(), left) < (right.lowercased(), right)
    }
}
