import FoundationEssentials

/// The files in `Tests/Fixtures`.
public enum Fixtures {
    /// The directory, without a slash at the end.
    public static let directory =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"

    /// The path of a name in the directory.
    public static func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// The bytes of a file.
    public static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: path(name))))
    }

    /// The text of a file.
    public static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
}
