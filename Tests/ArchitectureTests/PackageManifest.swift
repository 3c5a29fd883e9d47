/// The modules in the text of `Package.swift`. The manifest is read as text because the order counts.
struct PackageManifest {
    struct Module: Equatable {
        var name: String
        var dependencies: [String]
    }

    /// C libraries.
    var systemLibraries: [String] = []
    /// The layers in the order of the file.
    var layers: [Module] = []
    /// Programs of `Sources`.
    var executables: [Module] = []

    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line -> String in
                String(line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line)
            }
        let code = lines.joined(separator: "\n")
        for (call, arguments) in Self.calls(["systemLibrary(", "layer(", "executableTarget("], in: code) {
            let strings = Self.strings(in: arguments)
            guard let name = strings.first else { continue }
            switch call {
            case "systemLibrary(": systemLibraries.append(name)
            case "layer(": layers.append(Module(name: name, dependencies: Array(strings.dropFirst())))
            // A target with a path of its own is no part of the program.
            case _ where !arguments.contains("path:"):
                executables.append(Module(name: name, dependencies: Array(strings.dropFirst())))
            default: break
            }
        }
    }

    /// The calls of these functions, in order, with the text between their parentheses.
    private static func calls(_ names: [String], in code: String) -> [(name: String, arguments: Substring)] {
        var calls: [(String, Substring)] = []
        var rest = code[...]
        while let call = names.compactMap({ name in rest.firstRange(of: name).map { (name, $0) } })
            .min(by: { $0.1.lowerBound < $1.1.lowerBound })
        {
            var depth = 1
            let end = rest[call.1.upperBound...]
                .firstIndex { character in
                    if character == "(" { depth += 1 }
                    if character == ")" { depth -= 1 }
                    return depth == 0
                }
            // A declaration is no call.
            let isDeclaration = rest[..<call.1.lowerBound].hasSuffix("func ")
            if !isDeclaration { calls.append((call.0, rest[call.1.upperBound..<(end ?? rest.endIndex)])) }
            rest = rest[call.1.upperBound...]
        }
        return calls
    }

    /// The string literals, without those of `.apt`, `pkgConfig` and the like, which follow the name.
    private static func strings(in text: Substring) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }
}
