import Basics
import ByteIO
import Glibc

/// Where an archive lies: in a file or a stream, or in parts, in one folder or in several.
package struct ArchiveLocation: Sendable, CustomStringConvertible {
    /// What the archive is called, in each folder that has some of it.
    private let paths: [String]

    package init(_ path: String) { paths = [path] }

    private init(paths: [String]) { self.paths = paths }

    /// The archives that several paths stand for: paths that end in one name, and lead to parts only, are of one archive.
    package static func all(of paths: [String]) -> [ArchiveLocation] {
        var locations: [ArchiveLocation] = []
        for path in paths where !locations.contains(where: { $0.paths.contains(path) }) {
            let name = path.split(separator: "/").last
            let other = locations.firstIndex { $0.isInParts && $0.paths[0].split(separator: "/").last == name }
            if let other, ArchiveLocation(path).isInParts {
                locations[other] = ArchiveLocation(paths: locations[other].paths + [path])
            } else {
                locations.append(ArchiveLocation(path))
            }
        }
        return locations
    }

    /// Its path, or its paths.
    package var description: String { paths.joined(separator: " and ") }

    /// Whether there is a file or a stream of that name, which counts before parts.
    static func isOneFile(_ path: String) -> Bool {
        File.exists(path)
            || File.exists(path + UnfinishedFile.suffix) && PartedFile(of: [path], suffixes: suffixes) == nil
    }

    private static let suffixes = ["", UnfinishedFile.suffix]

    /// Whether it is only there in parts.
    package var isInParts: Bool { partCount > 0 }

    /// How many parts there are of it, those that are missing between them included; 0 where it is one file.
    package var partCount: Int {
        paths.contains(where: File.exists) ? 0 : PartedFile(of: paths)?.partCount ?? 0
    }

    /// Whether it is there and may be read.
    var isReadable: Bool { paths.contains { access($0.nativeCString, R_OK) == 0 } || isInParts }

    /// Opens it.
    package func open() throws(FileError) -> any RandomAccess {
        if !paths.contains(where: File.exists), let parts = PartedFile(of: paths) { return parts }
        return try File(paths.first(where: File.exists) ?? paths[0], for: .reading)
    }

    /// Opens it, or what a killed repair has left of it under another name.
    func openUnfinished() throws(FileError) -> any RandomAccess {
        let unfinished = paths[0] + UnfinishedFile.suffix
        if File.exists(paths[0]) { return try File(paths[0], for: .reading) }
        if let parts = PartedFile(of: paths, suffixes: Self.suffixes) { return parts }
        return try File(File.exists(unfinished) ? unfinished : paths[0], for: .reading)
    }
}
