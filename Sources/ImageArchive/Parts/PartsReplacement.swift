import Glibc
import SystemIO

/// The replacement of a content by parts, by several renames.
///
/// All new parts are staged and on the disk before a record of the replacement. From then on the new content counts: readers
/// that find the record prefer staged parts to others of the same number. A run that writes to the path completes the replacement
/// first. So a killed run leaves either the older content or the new one.
struct PartsReplacement {
    /// The path of the content.
    let path: String
    /// The number of parts of the new content.
    let count: Int
    /// Whether a checksum is staged with the parts.
    let hasChecksum: Bool
    /// The suffix of the staged parts' names.
    let suffix: String

    /// The record's path, which has the suffix of staged files.
    static func recordPath(of path: String) -> String { path + ".parts" + StagedFile.suffix }

    init(of path: String, count: Int, hasChecksum: Bool, suffix: String) {
        self.path = path
        self.count = count
        self.hasChecksum = hasChecksum
        self.suffix = suffix
    }

    /// A replacement that was begun and not completed.
    ///
    /// - Returns: `nil` if there is none, or if only its record exists.
    init?(pendingAt path: String) {
        guard let text = Self.record(of: path) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, lines[0] == Self.title, let count = Int(lines[1]), (1...PartName.most).contains(count),
            ["yes", "no"].contains(lines[2]), StagedFile.suffixes.contains(String(lines[3])), lines[4].isEmpty
        else { return nil }
        self.init(of: path, count: count, hasChecksum: lines[2] == "yes", suffix: String(lines[3]))
        // Part 1 is renamed last.
        guard File.exists(staged(1)) else { return nil }
    }

    private static let title = "rancher-images parts 1"

    private static func record(of path: String) -> String? {
        let record = recordPath(of: path)
        guard File.exists(record), !File.isStream(record), let file = try? File(record, for: .reading),
            let bytes = try? file.readBytes(100)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the current path of a part of the new content.
    func partPath(_ number: Int) -> String {
        File.exists(staged(number)) ? staged(number) : PartName.path(path, number)
    }

    /// Writes the record to the disk. The staged parts must be on the disk already.
    func begin() throws {
        let lines = [Self.title, String(count), hasChecksum ? "yes" : "no", suffix, ""]
        try File.write(lines.joined(separator: "\n"), replacing: Self.recordPath(of: path))
    }

    /// Removes the older content, and renames the new parts, the first one last.
    ///
    /// - Parameter commit: renames a part.
    /// - Throws: ``CompletedContentError``.
    func complete(checksum: StagedFile?, commit: (_ number: Int) throws -> Void) throws {
        try CompletedContentError.rethrow(path, .names) {
            try PartName.removeAll(of: path, keeping: count)
            try File.remove(path)
            if !hasChecksum { try ChecksumName.remove(of: path) }
        }
        var failure: (any Error)?
        do {
            try CompletedContentError.rethrow(path, .checksum) { try checksum?.commit() }
        } catch {
            failure = error
            try? ChecksumName.remove(of: path)
        }
        try CompletedContentError.rethrow(path, .names) {
            for number in (1...count).reversed() { try commit(number) }
            try File.remove(Self.recordPath(of: path))
        }
        if let failure { throw failure }
    }

    /// Completes a replacement that an earlier run has begun at `path`.
    ///
    /// - Throws: ``StagedFileError`` if that run is still active; ``CompletedContentError``.
    static func resume(at path: String) throws {
        let record = recordPath(of: path)
        guard File.exists(record) else { return }
        try File.requireStaged(record)
        guard let replacement = PartsReplacement(pendingAt: path) else { return try File.remove(record) }
        var files: [Int: StagedFile] = [:]
        defer { for file in files.values { file.leave() } }
        for number in 1...replacement.count where File.exists(replacement.staged(number)) {
            let part = PartName.path(path, number)
            files[number] = try StagedFile(for: part, suffix: replacement.suffix, keepsContent: true)
        }
        let sum = ChecksumName.path(of: path)
        let isStaged = replacement.hasChecksum && File.exists(sum + StagedFile.suffix)
        let checksum = isStaged ? try StagedFile(for: sum, keepsContent: true) : nil
        defer { checksum?.leave() }
        // A checksum that was renamed already is that of the new parts.
        try replacement.complete(checksum: checksum) { try files[$0]?.commit() }
        try File.remove(replacement.staged(1) + ".journal")
    }

    private func staged(_ number: Int) -> String { PartName.path(path, number) + suffix }
}
