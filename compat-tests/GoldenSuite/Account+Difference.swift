extension Account {
    /// Returns the differences from another account as readable lines. Standard error is left out, because shells and commands
    /// write to it.
    ///
    /// - Parameter names: the names of the two sides.
    package func differences(from other: Account, names: (String, String)) -> [String] {
        var lines: [String] = []
        if exit != other.exit { lines.append("exit status: \(exit) (\(names.0)), \(other.exit) (\(names.1))") }
        lines += Self.section("standard output", Self.lines(stdout), Self.lines(other.stdout), names)
        lines += Self.section("calls", calls.map(Self.words), other.calls.map(Self.words), names)
        lines += Self.section("files", fileLines, other.fileLines, names)
        return lines
    }

    private var fileLines: [String] {
        files.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.kind), \(Self.quoted($0.value.text))" }
    }

    /// Lines with a visible line end if that is not a newline.
    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() } else { lines[lines.count - 1] += "⟨no newline⟩" }
        return lines.map { $0.contains { $0.isNewline } || $0.hasSuffix(" ") ? quoted($0) : $0 }
    }

    private static func words(_ call: [String]) -> String {
        call.map { $0.isEmpty || $0.contains(where: \.isWhitespace) ? quoted($0) : $0 }.joined(separator: " ")
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
    }

    private static func section(
        _ title: String,
        _ left: [String],
        _ right: [String],
        _ names: (String, String)
    ) -> [String] {
        guard left != right else { return [] }
        let header = "\(title) (- \(names.0), + \(names.1)):"
        return [header] + difference(left, right)
    }

    /// All lines of both, those that one side alone has marked `-` and `+`.
    private static func difference(_ left: [String], _ right: [String]) -> [String] {
        let changes = right.difference(from: left)
        let removed = Set(changes.removals.map(\.offset))
        let inserted = Set(changes.insertions.map(\.offset))
        var lines: [String] = []
        var next = 0
        func takeInserted() {
            while inserted.contains(next) {
                lines.append("  + " + right[next])
                next += 1
            }
        }
        for (offset, line) in left.enumerated() {
            if removed.contains(offset) {
                lines.append("  - " + line)
            } else {
                takeInserted()
                lines.append("    " + line)
                next += 1
            }
        }
        takeInserted()
        return lines
    }
}

extension CollectionDifference.Change {
    fileprivate var offset: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}
