import FoundationEssentials
import Manuals

/// Writes the files that are generated from the table of flags: `swift run make-manuals` in the project's root.
@main
struct Main {
    static func main() throws {
        for file in GeneratedFiles.files { try write(file.text, to: file.path) }
        for path in GeneratedFiles.documents {
            let document = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            guard let renewed = GeneratedFiles.renewed(document) else { throw BrokenMarks(path: path) }
            try write(renewed, to: path)
        }
    }

    private static func write(_ text: String, to path: String) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(
            atPath: file.deletingLastPathComponent().path,
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file)
    }
}

/// A document whose generated parts cannot be found.
private struct BrokenMarks: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "\(path): a line `<!-- generated: TABLE LANGUAGE -->` names no table, or no line `<!-- end -->` follows"
    }
}
