import Glibc
import SystemIO

/// Where an archive lies: in a file or a stream, or in parts, in one directory or in several.
package struct ArchiveLocation: Sendable, CustomStringConvertible {
    /// What the archive is called, in each directory that has some of it.
    private let paths: [String]

    package init(_ path: String) { paths = [path] }

    private init(paths: [String]) { self.paths = paths }

    /// The archives that several paths stand for. Paths that end in one name, and lead to different parts only, are of one archive; with
    /// a part of the same number in both directories, they are two archives.
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

    /// Its path, or its paths.
    package var description: String { paths.joined(separator: " and ") }

    /// Whether a path has a file or a stream, which counts before parts.
    private static func isOneFile(_ path: String) -> Bool { File.exists(path) && !SplitFile.areReplacing(path) }

    /// Whether it is only there in parts.
    package var isInParts: Bool { partCount > 0 }

    /// How many parts there are of it, those that are missing between them included; 0 where it is one file.
    package var partCount: Int {
        paths.contains(where: Self.isOneFile) ? 0 : SplitFile(of: paths)?.partCount ?? 0
    }

    /// Whether it is there and may be read.
    var isReadable: Bool { paths.contains { access($0.nativeCString, R_OK) == 0 } || isInParts }

    /// Opens it.
    package func open() throws(FileError) -> any RandomAccess {
        if !paths.contains(where: Self.isOneFile), let parts = SplitFile(of: paths) { return parts }
        return try File(paths.first(where: File.exists) ?? paths[0], for: .reading)
    }
}
