/// The rules of the architecture. Each returns one sentence for each violation.
struct ArchitectureRules {
    let manifest: PackageManifest
    let sources: SourceTree

    /// Modules of the toolchain that the program may import. Foundation is missing: it makes a static binary five times as
    /// large.
    static let toolchain: Set = ["Dispatch", "FoundationEssentials", "Glibc", "Synchronization"]

    /// A module imports exactly the modules that its entry in the manifest names.
    func arrows() -> [String] {
        var broken: [String] = []
        for module in manifest.layers + manifest.executables {
            let imports = Set(sources.files.filter { $0.module == module.name }.flatMap(\.imports))
            let named = Set(module.dependencies)
            for name in imports.subtracting(Self.toolchain).subtracting(named).sorted() {
                broken.append("\(module.name) imports \(name), which its entry in Package.swift does not name")
            }
            for name in named.subtracting(imports).sorted() {
                broken.append("\(module.name) does not import \(name), which its entry in Package.swift names")
            }
        }
        return broken
    }

    /// A layer names only what stands above it in the manifest.
    func order() -> [String] {
        var above = Set(manifest.systemLibraries)
        var broken: [String] = []
        for layer in manifest.layers {
            for name in layer.dependencies where !above.contains(name) {
                broken.append("\(layer.name) names \(name), which does not stand above it in Package.swift")
            }
            above.insert(layer.name)
        }
        return broken
    }

    /// A C library is imported by one module.
    func owners() -> [String] {
        manifest.systemLibraries.compactMap { library in
            let owners = Set(sources.files.filter { $0.imports.contains(library) }.map(\.module)).sorted()
            return owners.count == 1 ? nil : "\(library) is imported by \(owners.count) modules: \(owners)"
        }
    }

    /// Every directory is a module of the manifest, and every module has its directory.
    func directories() -> [String] {
        let directories = Set(sources.files.map(\.module))
        let modules = Set((manifest.layers + manifest.executables).map(\.name))
        return directories.subtracting(modules).sorted().map { "Sources/\($0) is not in Package.swift" }
            + modules.subtracting(directories).sorted().map { "\($0) of Package.swift has no files" }
    }

    /// No file imports Foundation.
    func foundation() -> [String] {
        sources.files.filter { $0.imports.contains("Foundation") }.map { "\($0.module)/\($0.name) imports Foundation" }
    }

    /// Standard output and standard error are written to by the console alone.
    func output() -> [String] {
        let words = [
            "print", "debugPrint", "dump", "fputs", "puts", "printf", "fprintf", "fwrite", "perror", "stdout", "stderr",
        ]
        let descriptors = ["STDOUT_FILENO", "STDERR_FILENO"]
        return sources.files.flatMap { file in
            file.lines.enumerated()
                .compactMap { index, line -> String? in
                    let used = Self.identifiers(in: line)
                        .first { identifier in
                            words.contains(identifier.name) && !identifier.isMember && !identifier.isDeclared
                                // The one place that hands the process's own streams to the console.
                                || descriptors.contains(identifier.name)
                                    && !file.name.hasSuffix("CommandLineTool.swift")
                        }
                    guard let used else { return nil }
                    return "\(file.module)/\(file.name):\(index + 1) uses \(used.name)"
                }
        }
    }

    private struct Identifier {
        var name: String
        /// Whether it follows a dot, but for `Swift.`.
        var isMember: Bool
        /// Whether it follows `func`, or is a label.
        var isDeclared: Bool
    }

    private static func identifiers(in line: String) -> [Identifier] {
        var identifiers: [Identifier] = []
        var rest = line[...]
        var before: Character?
        while let start = rest.firstIndex(where: { $0.isLetter || $0 == "_" }) {
            if start > rest.startIndex { before = rest[rest.index(before: start)] }
            let name = rest[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            let isMember = before == "." && identifiers.last?.name != "Swift"
            let isDeclared = identifiers.last?.name == "func" || rest[name.endIndex...].hasPrefix(":")
            identifiers.append(Identifier(name: String(name), isMember: isMember, isDeclared: isDeclared))
            rest = rest[name.endIndex...]
            before = nil
        }
        return identifiers
    }
}
