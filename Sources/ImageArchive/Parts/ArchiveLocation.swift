import Glibc
import SystemIO

/// The location of an archive: a file, a stream, or the parts of a split archive in one or more directories.
package struct ArchiveLocation: Sendable, CustomStringConvertible {
    /// The path of the archive in each directory that has parts of it.
    private let paths: [String]

    package init(_ path: String) { paths = [path] }

    private init(paths: [String]) { self.paths = paths }

    /// Returns the archives at `paths`. Paths with the same last component and different parts belong to one archive; if both
    /// directories have a part of the same number, they are two archives.
    package static func all(of paths: [String]) -> [ArchiveLocation] {
        var locations: [ArchiveLocation] = []
        for path in paths where !locations.contains(where: { $0.paths.contains(path) }) {
            let location = ArchiveLocation(path)
            if let other = locations.firstIndex(where: { $0.canHavePartsOf(location) }) {
                locations[other] = ArchiveLocation(paths: locations[other].paths + [path])
            } else {
                locations.append(location)
            }
        }
        return locations
    }

    private func canHavePartsOf(_ other: ArchiveLocation) -> Bool {
        isInParts && other.isInParts
            && paths[0].split(separator: "/").last == other.paths[0].split(separator: "/").last
            && partNumbers.isDisjoint(with: other.partNumbers)
    }

    private var partNumbers: Set<Int> { paths.reduce(into: []) { $0.formUnion(SplitFile.numbers(at: $1)) } }

    /// The path, or the paths.
    package var description: String { paths.joined(separator: " and ") }

    /// Whether a path is a file or a stream, which has precedence over parts.
    private static func isOneFile(_ path: String) -> Bool { File.exists(path) && !SplitFile.areReplacing(path) }

    /// Whether the archive exists only in parts.
    package var isInParts: Bool { partCount > 0 }

    /// The number of parts, including missing parts between others; 0 for one file.
    package var partCount: Int { paths.contains(where: Self.isOneFile) ? 0 : partNumbers.max() ?? 0 }

    /// Whether the archive exists and may be read.
    var isReadable: Bool { paths.contains { access($0.nativeCString, R_OK) == 0 } || isInParts }

    /// Opens the archive.
    package func open() throws(FileError) -> any RandomAccess {
        if !paths.contains(where: Self.isOneFile), let parts = SplitFile(of: paths) { return parts }
        return try File(paths.first(where: File.exists) ?? paths[0], for: .reading)
    }
}
