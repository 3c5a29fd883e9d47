import Glibc
import SystemIO

/// An archive that another program is about to replace, with its checksums. It is kept until the new archive has been verified.
package struct OlderArchive: Sendable {
    private let path: String
    /// The second name of the older archive; `nil` if there was none, or the file system has no hard links.
    private let keptPath: String?
    /// The older archive; `nil` if there was none.
    private let identity: [FileIdentity?]?
    private let checksum: OlderChecksum

    /// - Parameters:
    ///   - typedPath: the path of the archive on the command line.
    ///   - finalPath: the path with links resolved.
    init(typedPath: String, finalPath: String) throws {
        path = finalPath
        identity = Self.identity(of: finalPath)
        let kept = finalPath + ".older" + StagedFile.suffix
        unlink(kept.nativeCString)
        keptPath = identity != nil && link(finalPath.nativeCString, kept.nativeCString) == 0 ? kept : nil
        do {
            checksum = try OlderChecksum(of: [typedPath, finalPath])
        } catch {
            if let keptPath { unlink(keptPath.nativeCString) }
            throw error
        }
    }

    private static func identity(of path: String) -> [FileIdentity?]? {
        (try? File(path, for: .reading)).map { FileIdentity.all(of: $0) }
    }

    /// Removes the second name, since the new archive is valid.
    package func drop() {
        if let keptPath { unlink(keptPath.nativeCString) }
    }

    /// Restores the older archive with its checksums, or removes the new one if there was none.
    ///
    /// - Returns: whether the path has its former content.
    package func restore() -> Bool {
        switch (keptPath, identity) {
        case (let kept?, _):
            guard rename(kept.nativeCString, path.nativeCString) == 0 else { return false }
            // A rename between two names of one file does nothing: the archive had not been replaced.
            unlink(kept.nativeCString)
        case (nil, nil): unlink(path.nativeCString)
        case (nil, let identity?): guard Self.identity(of: path) == identity else { return false }
        }
        checksum.restore()
        return true
    }
}
