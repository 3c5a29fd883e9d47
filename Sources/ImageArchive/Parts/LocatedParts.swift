import Glibc
import SystemIO

/// The finished parts of a content, in one directory or in several.
final class LocatedParts: PartSource {
    /// The parts by number, from 1: open, or the error of a missing part.
    private let parts: [Result<File, FileError>]
    let areComplete: Bool

    /// Opens the parts of a content.
    ///
    /// - Parameters:
    ///   - paths: the path of the content in each directory that has parts of it.
    ///   - suffix: the suffix of the parts' names.
    ///   - areComplete: whether each part but the last must have the full size.
    /// - Returns: `nil` if there are no parts.
    convenience init?(of paths: [String], suffix: String, areComplete: Bool) {
        var found: [Int: String] = [:]
        for path in paths {
            found.merge(suffix.isEmpty ? Self.finished(of: path) : Self.paths(of: path, suffix)) { first, _ in first }
        }
        guard let last = found.keys.max(), let path = paths.first else { return nil }
        OpenFiles.raiseLimit()
        self.init(
            (1...last)
                .map { number in
                    Result { () throws(FileError) in
                        try File(part: found[number] ?? PartName.path(path, number))
                    }
                },
            areComplete: areComplete
        )
    }

    /// Returns the finished parts of a content in a directory, by number. A replacement that was begun counts as completed.
    static func finished(of path: String) -> [Int: String] {
        guard let replacement = PartsReplacement(pendingAt: path) else { return paths(of: path, "") }
        let all = (1...replacement.count).map { ($0, replacement.partPath($0)) }
        return Dictionary(uniqueKeysWithValues: all.filter { File.exists($0.1) })
    }

    private static func paths(of path: String, _ suffix: String) -> [Int: String] {
        let numbers = numbers(of: path, suffix: suffix)
        return Dictionary(uniqueKeysWithValues: numbers.map { ($0, PartName.path(path, $0) + suffix) })
    }

    private init(_ parts: [Result<File, FileError>], areComplete: Bool) {
        self.parts = parts
        self.areComplete = areComplete
    }

    var partCount: Int { parts.count }

    func part(_ index: Int) throws(FileError) -> File { try parts[index].get() }

    func resize(to size: Int64, partSize: Int64) {
        preconditionFailure("finished parts are not written")
    }

    /// The size of each part but the last, derived from the parts.
    var partSize: Int64 { Self.partSize(parts.map { (try? $0.get().size) ?? 0 }) }

    /// Returns the part size for the sizes of the parts. A truncated or missing part is smaller.
    static func partSize(_ sizes: [Int64]) -> Int64 {
        max(1, sizes.dropLast().max().flatMap { $0 == 0 ? nil : $0 } ?? sizes.last ?? 1)
    }

    /// Returns the numbers of the parts of a content in a directory, sorted.
    static func numbers(of path: String, suffix: String = "") -> [Int] {
        let base = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? path
        return ((try? Directory.names(in: File.directory(of: path))) ?? [])
            .compactMap { name in
                name.hasSuffix(suffix) ? PartName.number(String(name.dropLast(suffix.count)), of: base) : nil
            }
            .sorted()
    }
}

/// The limit of open files of this process.
enum OpenFiles {
    /// Raises the limit to the maximum: an archive may have more parts than the default limit.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

extension File {
    /// Opens a part for reading. Opening a pipe does not block.
    fileprivate convenience init(part path: String) throws(FileError) {
        let descriptor = try retrying("open", path) { open(path.nativeCString, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        self.init(owning: Int32(descriptor), path: path)
        guard try isRegular else { throw FileError(operation: "read at any offset", path: path, code: ESPIPE) }
    }
}
