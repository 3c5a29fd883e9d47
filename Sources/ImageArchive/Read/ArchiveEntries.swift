import Glibc
import OCI
import SystemIO
import Tar

/// The files and links of an archive by name. Nothing is ever extracted under such a name.
struct ArchiveEntries {
    private var files: [String: ArchivedContent] = [:]
    private var links: [String: String] = [:]
    /// The missing or unreadable pieces of the archive, which may have more entries: a sentence each.
    var defects: [String] = []

    /// The approximate memory of the names, in bytes.
    private var size = 0

    /// Far more than the names of any archive of images need, in bytes.
    private static let sizeLimit = 64 << 20

    /// Adds an entry.
    ///
    /// - Parameters:
    ///   - header: the header of a file or a link; others are ignored.
    ///   - content: the content of a file.
    /// - Throws: ``ArchiveError`` for a duplicate name: one reader would take the first entry, another the last.
    mutating func add(_ header: TarHeader, content: ArchivedContent?) throws(ArchiveError) {
        guard let name = Self.normalized(header.name) else { return }
        size += name.utf8.count + header.linkName.utf8.count + 100
        guard size <= Self.sizeLimit else { throw .unreadable("it has more entries than any archive of images") }
        switch header.kind {
        case .file:
            guard let content else { return }
            guard links[name] == nil, files.updateValue(content, forKey: name) == nil else { throw .twice(entry: name) }
        case .symbolicLink:
            // Docker on Windows writes the targets with backslashes.
            let target = String(header.linkName.map { $0 == "\\" ? "/" : $0 })
            let directory = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
            try link(name, to: target.hasPrefix("/") ? target : directory + target)
        case .hardLink:
            try link(name, to: header.linkName)
        case .directory, .other:
            return
        }
    }

    /// The file called `name`, with links resolved.
    subscript(name: String) -> ArchivedContent? { file(called: name)?.content }

    /// Returns the file called `name`, with links resolved, and the file's own name.
    func file(called name: String) -> (name: String, content: ArchivedContent)? {
        var next = Self.normalized(name)
        // Circular links have no target.
        for _ in 0..<32 {
            guard let name = next else { return nil }
            guard let target = links[name] else { return files[name].map { (name, $0) } }
            next = target
        }
        return nil
    }

    /// Whether there is an entry of that name.
    func has(_ name: String) -> Bool {
        Self.normalized(name).map { files[$0] != nil || links[$0] != nil } ?? false
    }

    /// The digests in the names of the blobs, including manifests.
    var blobs: [Digest] { files.keys.compactMap(OCILayout.digest(ofPath:)) }

    private mutating func link(_ name: String, to target: String) throws(ArchiveError) {
        guard let target = Self.normalized(target) else { return }
        guard files[name] == nil, links.updateValue(target, forKey: name) == nil else { throw .twice(entry: name) }
    }

    /// Returns `name` without `.`, `..` and empty components; `nil` if the name points outside of the archive, is empty, or is longer
    /// than docker could unpack.
    private static func normalized(_ name: String) -> String? {
        guard name.utf8.count < Int(PATH_MAX) else { return nil }
        var parts: [Substring] = []
        for part in name.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }
}
