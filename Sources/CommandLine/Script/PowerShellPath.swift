import Glibc
import SystemIO

/// A path as PowerShell's `-Path` takes it on Linux: a backslash is a slash, and each part may hold wildcards.
package struct PowerShellPath: Sendable {
    private let path: String

    /// The path as it was typed.
    package init(_ path: String) {
        self.path = path
    }

    /// The files and directories that are there under this path, in the order of their names whatever the case; none where there
    /// is no such file. This is what `Test-Path` looks at, and what `Get-Content -Path` reads.
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

    /// The names in a directory, `""` being the current one; none where it cannot be read.
    private static func names(in directory: String) -> [String] {
        (try? Directory.names(in: directory.isEmpty ? "." : directory)) ?? []
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        (left.lowercased(), left) < (right.lowercased(), right)
    }
}
