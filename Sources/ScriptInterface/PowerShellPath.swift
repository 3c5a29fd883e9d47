import Basics
import ByteIO
import Glibc

/// A path as PowerShell's `-Path` takes it on Linux: a backslash is a slash, and each part may hold wildcards.
package struct PowerShellPath: Sendable {
    private let path: String

    /// The path as it was typed.
    package init(_ path: String) {
        self.path = path
    }

    /// The files and folders that are there under this path, in the order of their names whatever the case; none where there
    /// is no such file. This is what `Test-Path` looks at, and what `Get-Content -Path` reads.
    package var files: [String] {
        let slashes = String(path.map { $0 == "\\" ? "/" : $0 })
        var found = [slashes.hasPrefix("/") ? "/" : ""]
        for part in slashes.split(separator: "/").map(String.init) {
            if let pattern = WildcardPattern(part) {
                found = found.flatMap { folder in
                    Self.names(in: folder).filter(pattern.matches).sorted(by: Self.precedes).map { folder + $0 + "/" }
                }
            } else {
                found = found.map { $0 + WildcardPattern.unescaped(part) + "/" }
            }
        }
        return found.map { $0.count > 1 && !slashes.hasSuffix("/") ? String($0.dropLast()) : $0 }
            .filter { !$0.isEmpty && access($0.nativeCString, F_OK) == 0 }
    }

    /// The names in a folder, `""` being the current one; none where it cannot be read.
    private static func names(in folder: String) -> [String] {
        (try? Folder.names(in: folder.isEmpty ? "." : folder)) ?? []
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        (left.lowercased(), left) < (right.lowercased(), right)
    }
}
