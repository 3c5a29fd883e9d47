/// The values of the flags of a script. They do not matter if an argument is not a flag of the script, which then prints its usage.
struct ScriptFlags {
    /// The list's path.
    private(set) var list: String?
    /// The archive's path.
    private(set) var images: String?
    /// The path of the Windows list; empty if there is none.
    private(set) var windowsList = ""

    /// Parses the arguments of a case.
    init(_ case: Case) {
        let windows = `case`.isPowerShell ? "windows-" : ""
        list = "rancher-\(windows)images.txt"
        images = "rancher-\(windows)images.tar.gz"
        let given = `case`.isPowerShell ? Self.powerShellValues(`case`.argv) : Self.shellValues(`case`.argv)
        for (flag, value) in given {
            switch flag {
            case "-l", "--image-list": list = value
            case "-i", "--images": images = value
            case "--windows-image-list": windowsList = value ?? ""
            default: break
            }
        }
    }

    /// The paths of the lists, each once.
    var lists: Set<String> { Set([list ?? "", windowsList].filter { !$0.isEmpty }) }

    /// The flags that take a path.
    static let pathFlags: Set = ["-l", "--image-list", "-i", "--images", "--windows-image-list"]

    private static let flagsWithValue = pathFlags.union([
        "-s", "--source-registry", "-r", "--registry", "--windows-versions", "-o", "--os-release-id",
    ])

    /// A flag takes the next argument, whatever it is.
    private static func shellValues(_ words: [String]) -> [(String, String?)] {
        var values: [(String, String?)] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if flagsWithValue.contains(word) { values.append((word, rest.popFirst() ?? "")) }
        }
        return values
    }

    /// Arguments are read from the last to the first; a flag takes the first argument before the next flag.
    private static func powerShellValues(_ words: [String]) -> [(String, String?)] {
        var values: [(String, String?)] = []
        var pile: String?
        for word in words.reversed() {
            let flag = word.lowercased()
            if flagsWithValue.contains(flag) || flag == "-h" || flag == "--help" {
                values.append((flag, pile))
                pile = nil
            } else {
                pile = word
            }
        }
        return values
    }

    /// The arguments of a shell script with the values of some flags changed.
    ///
    /// - Parameter change: gives the new value; `nil` takes the flag out with its value.
    static func changing(_ flags: Set<String>, in words: [String], _ change: (String) -> String?) -> [String] {
        var changed: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard flagsWithValue.contains(word), let value = rest.popFirst() else {
                if !flags.contains(word) || change("") != nil { changed.append(word) }
                continue
            }
            if !flags.contains(word) {
                changed += [word, value]
            } else if let value = change(value) {
                changed += [word, value]
            }
        }
        return changed
    }
}

extension Case {
    /// A path as the keys of ``files`` have it.
    static func key(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// Whether a directory of that name exists, because there are files in it.
    func hasDirectory(_ path: String) -> Bool {
        let key = Self.key(path)
        return key.isEmpty || files.keys.contains { $0.hasPrefix(key + "/") }
    }

    /// The names in the list, not the Windows list, as the executables read it.
    var names: [[UInt8]] { names(ofList: ScriptFlags(self).list ?? "") }

    /// The names in a list, as the executables read it.
    func names(ofList path: String) -> [[UInt8]] {
        (bytes(ofList: path) ?? []).split(separator: UInt8(ascii: "\n"))
            .map { Self.trimmed(Array($0)) }
            .filter { !$0.isEmpty && $0.first != UInt8(ascii: "#") }
    }

    /// A line without spaces and carriage returns at its start and end.
    static func trimmed(_ line: [UInt8]) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
        }
        return line.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    }

    /// The bytes of a list; `nil` if there is none. UTF-16, as PowerShell's scripts read it, becomes UTF-8.
    func bytes(ofList path: String) -> [UInt8]? {
        if path == "/dev/stdin" { return stdin.map { Array($0.utf8) } }
        guard let bytes = files[Self.key(path)] else { return nil }
        guard isPowerShell, bytes.starts(with: [0xFF, 0xFE]) else { return bytes }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// Changes the bytes of each list.
    mutating func changeLists(_ change: ([UInt8]) -> [UInt8]) {
        for path in ScriptFlags(self).lists {
            guard let bytes = bytes(ofList: path) else { continue }
            if path == "/dev/stdin" {
                stdin = String(decoding: change(bytes), as: UTF8.self)
            } else {
                files[Self.key(path)] = change(bytes)
            }
        }
    }

    /// Changes the lines of each list, each without its newline; `nil` drops a line.
    mutating func changeListLines(_ change: ([UInt8]) -> [UInt8]?) {
        changeLists { bytes in
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
            let end: [[UInt8]] = lines.last == [] ? [[]] : []
            let changed = (end.isEmpty ? lines : lines.dropLast()).compactMap(change)
            return Array((changed + end).joined(separator: [UInt8(ascii: "\n")]))
        }
    }
}
