extension CaseMaker {
    private var windows: String { script.hasSuffix(".ps1") ? "windows-" : "" }

    /// Adds the list and its flag.
    ///
    /// - Returns: the names in it.
    mutating func addList(to made: inout Case, _ flags: inout Flags) -> [String] {
        let names = names(withCharts: !made.isPowerShell && chance(0.35))
        let usual = "rancher-\(windows)images.txt"
        let path = pick(
            [usual, usual, "my.txt", "./lists/my.txt"],
            strange: [
                "my list.txt", "größe.txt", "-", "-l", "$list.txt", "absent.txt", "absent/my.txt", "directory", "",
                "/dev/null", "directory/../my.txt", made.isPowerShell ? "my.TXT" : "/dev/stdin",
            ]
        )
        add(names, at: path, to: &made)
        if path != usual || chance(0.3) { flags.append((["-l", "--image-list"], path)) }
        return names
    }

    /// Adds the list of Windows images and its flag, or none, and the Windows versions.
    ///
    /// - Returns: the names in it.
    mutating func addWindowsList(to made: inout Case, _ names: [String], _ flags: inout Flags) -> [String] {
        if chance(0.3) {
            let versions = pick(
                ["1809", "ltsc2022", "1809,ltsc2022", "1809,ltsc2019,ltsc2022"],
                strange: [
                    "", ",", "1809,", ",1809", "1809,,ltsc2022", "1809, ltsc2022", " 1809\t", "18*9", "1809\nltsc2022",
                ]
            )
            flags.append((["--windows-versions"], versions))
        }
        guard chance(0.45) else { return [] }
        var windows = some(names, 0...3) + some(NamePool.images.filter { !names.contains($0) }, 0...3)
        if strange(0.5) { windows.append(pick(NamePool.strangeImages)) }
        let path = pick(
            ["rancher-windows-images.txt", "lists/windows.txt"],
            strange: ["", "absent-windows.txt", "windows list.txt", "directory", "rancher-images.txt", "/dev/null"]
        )
        if path != "rancher-images.txt" { add(windows, at: path, to: &made) }
        flags.append((["--windows-image-list"], path))
        return windows
    }

    private mutating func names(withCharts hasCharts: Bool) -> [String] {
        var names = strange(0.3) ? [] : some(NamePool.images, 1...7)
        if hasCharts {
            names += some(NamePool.charts, 1...3)
            if strange(2) { names.append(pick(NamePool.strangeCharts)) }
        }
        for _ in 0..<3 where strange(0.8) { names.append(pick(NamePool.strangeImages)) }
        if !names.isEmpty, chance(0.15) { names.append(pick(names)) }
        return chance(0.5) ? names.sorted() : shuffled(names)
    }

    /// Adds a list, if a path is that of an existing list.
    private mutating func add(_ names: [String], at path: String, to made: inout Case) {
        let bytes = bytes(of: names, isPowerShell: made.isPowerShell)
        switch path {
        case "", "/dev/null", "absent.txt", "absent/my.txt", "absent-windows.txt": break
        case "/dev/stdin": made.stdin = String(decoding: bytes, as: UTF8.self)
        case "directory": made.files["directory/file"] = Array("x".utf8)
        default:
            if path.hasPrefix("directory/") { made.files["directory/file"] = Array("x".utf8) }
            made.files[Case.key(path)] = bytes
        }
    }

    private mutating func bytes(of names: [String], isPowerShell: Bool) -> [UInt8] {
        let end = strange(0.6) ? "\r\n" : "\n"
        var lines: [String] = []
        for name in names {
            if chance(0.05) { lines.append("") }
            if strange(0.3) {
                lines.append(pick(["# why", "#rancher/off:v1", "  # behind blanks", "# rancher/charts/off:1", "#"]))
            }
            if strange(0.15) { lines.append(pick([" ", "\t", " \t ", "\r"])) }
            let before = strange(0.3) ? pick([" ", "\t", "    "]) : ""
            let suffix = strange(0.3) ? pick([" ", "\t", "  ", "\r", " \r", "\r\r"]) : ""
            lines.append(before + name + suffix)
        }
        var text = lines.map { $0 + end }.joined()
        if !text.isEmpty, chance(0.03) || strange(0.6) { text.removeLast() }
        if strange(0.15) { text = "\u{FEFF}" + text }
        var bytes = Array(text.utf8)
        if isPowerShell, chance(0.2) {
            bytes = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        }
        if !isPowerShell, strange(0.1), let slash = bytes.firstIndex(of: UInt8(ascii: "/")) {
            bytes.insert(pick([0xE9, 0x01, 0x00]), at: slash + 1)
        }
        return bytes
    }
}
