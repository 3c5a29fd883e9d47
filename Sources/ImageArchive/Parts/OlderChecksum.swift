import Glibc
import SystemIO

/// The name of the file with the checksums of an archive or its parts.
package enum ChecksumName {
    /// The path of the checksum of the archive at `path`.
    package static func path(of path: String) -> String { path + ".sha256" }

    /// Removes the checksum of the archive at `path`, if there is one.
    package static func remove(of path: String) throws(FileError) { try File.remove(self.path(of: path)) }
}

/// The checksums of an older archive, removed before the new archive gets its name: in the directory of the path, and if this is a
/// link, in the directory of the file.
package struct OlderChecksum: Sendable {
    /// The contents by path; a file that is too large to be a checksum is not kept.
    private var contents: [String: [UInt8]] = [:]

    /// Larger than the checksums of all parts of an archive, in bytes.
    private static let limit: Int64 = 4 << 20

    /// Removes the checksums of the archive at these paths.
    package init(of archives: Set<String>) throws(FileError) {
        for path in archives.map(ChecksumName.path) {
            contents[path] = try? Self.read(path)
            do throws(FileError) {
                try File.remove(path)
            } catch {
                contents[path] = nil
                restore()
                throw error
            }
        }
    }

    /// Restores the checksums, since the older archive stays.
    package func restore() {
        for (path, content) in contents { try? File.write(content, replacing: path) }
    }

    private static func read(_ path: String) throws -> [UInt8]? {
        guard File.exists(path), !File.isStream(path) else { return nil }
        let file = try File(path, for: .reading)
        let size = try file.size
        return size <= limit ? try file.readBytes(Int(size)) : nil
    }
}

/// A problem after a new content is complete and in place.
package struct CompletedContentError: Error, Sendable, CustomStringConvertible {
    /// The step that failed.
    package enum Step: Sendable {
        /// The checksum of the new content was not written.
        case checksum
        /// The new content is invalid, and the older one could not be restored.
        case verification
        /// A part of an older content was not removed.
        case leftOver
        /// Some parts have not been renamed, but a load finds them.
        case names
    }

    package let path: String
    package let step: Step
    package let cause: any Error

    /// One sentence, and what to do.
    package var description: String {
        switch step {
        case .checksum: "\(path) is complete, but its checksum was not written (\(cause)). Run the same command again"
        case .verification: "\(path) was replaced, but it is wrong (\(cause)). Do not use it, and save again"
        case .leftOver:
            "\(path) is complete, but a part of an older archive is still there (\(cause)). Remove it before you copy the archive"
        case .names:
            "\(path) is complete, but its parts do not have their final names yet (\(cause)). Run the same command again before you"
                + " copy them; until then only rancher-load-images can read them, from \(File.directory(of: path))"
        }
    }

    package init(path: String, step: Step, cause: any Error) {
        self.path = path
        self.step = step
        self.cause = cause
    }

    /// Calls `body`, and turns its error into one of a step.
    package static func rethrow(_ path: String, _ step: Step, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw CompletedContentError(path: path, step: step, cause: error)
        }
    }
}

extension PartName {
    /// Removes the parts of the content at `path`, the last first.
    ///
    /// - Parameter kept: the number of parts to keep.
    package static func removeAll(of path: String, keeping kept: Int = 0) throws(FileError) {
        for number in LocatedParts.numbers(of: path).reversed() where number > kept {
            try File.remove(self.path(path, number))
        }
    }
}
