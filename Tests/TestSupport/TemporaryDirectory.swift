import FoundationEssentials
import Glibc
import SystemIO

/// A temporary directory of one test. It is removed with its contents when the object is deinitialized.
public final class TemporaryDirectory: Sendable {
    /// The directory's absolute path, without a slash at the end.
    public let path: String

    /// Creates the directory in `TMPDIR`, or in `/tmp` if that is not set.
    public init() throws {
        let base = ProcessInfo.processInfo.environment.temporaryDirectory
        var template = Array("\(base)/rancher-images-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestSupportError("no directory can be made in \(base)", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // Files that cannot be removed stay in the directory for temporary files.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a name in the directory.
    public func path(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file and creates the directories its name needs.
    ///
    /// - Returns: The path of the file.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = path(name)
        if let slash = file.lastIndex(of: "/") {
            try FileManager.default.createDirectory(
                atPath: String(file[..<slash]),
                withIntermediateDirectories: true
            )
        }
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }

    /// Writes a file of text and creates the directories its name needs.
    ///
    /// - Returns: The path of the file.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// The bytes of a file.
    public func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: path(name))))
    }

    /// The text of a file.
    public func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    /// The names in the directory, sorted.
    public func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// Whether the directory has an entry called `name`.
    public func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }
}
