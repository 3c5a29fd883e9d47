import FoundationEssentials

/// The Swift files of a directory, by module: the first directory of their path.
struct SourceTree {
    struct File {
        var module: String
        var name: String
        /// The lines without comments and without the contents of string literals.
        var lines: [String]

        init(module: String, name: String, text: String) {
            self.module = module
            self.name = name
            lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Self.code(of: $0) }
        }

        /// The modules that are imported.
        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
                    words[..<index].allSatisfy({ $0.hasPrefix("@") || $0 == "public" || $0 == "private" })
                else { return nil }
                // `import struct Module.Name` names the module too.
                let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor"]
                let word = kinds.contains(words[index + 1]) ? words.last ?? "" : words[index + 1]
                return String(word.prefix { $0 != "." })
            }
        }

        private static func code(of line: Substring) -> String {
            var code = ""
            var isString = false
            var previous: Character?
            for character in line {
                if character == "\"", previous != "\\" { isString.toggle() }
                if !isString, character == "/", previous == "/" { return String(code.dropLast()) }
                if !isString { code.append(character) }
                previous = character
            }
            return code
        }
    }

    var files: [File]

    /// Reads all Swift files below `directory`.
    init(directory: String) throws {
        files = []
        for module in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
            for path in try FileManager.default.subpathsOfDirectory(atPath: "\(directory)/\(module)").sorted()
            where path.hasSuffix(".swift") {
                let data = try Data(contentsOf: URL(filePath: "\(directory)/\(module)/\(path)"))
                files.append(File(module: module, name: path, text: String(decoding: data, as: UTF8.self)))
            }
        }
    }

    init(files: [File]) {
        self.files = files
    }
}
