extension CaseMaker {
    /// Adds the archive's flag, and an older archive of that name.
    mutating func addArchive(to made: inout Case, _ flags: inout Flags) {
        let windows = made.isPowerShell ? "windows-" : ""
        let usual = "rancher-\(windows)images.tar.gz"
        var path = pick(
            [usual, usual, usual, "images.tgz", "./out/images.tar.gz"],
            strange: [
                "", "absent/images.tar.gz", "directory", "old*.tar.gz", "größe.tgz", "-i", "out/../images.tgz",
                "/dev/full",
                "two  blanks in it.tar.gz",
            ]
        )
        if chance(0.06) { path = "my images.tar.gz" }
        if path.contains("out/") { made.files["out/file"] = Array("x".utf8) }
        if path == "directory" { made.files["directory/file"] = Array("x".utf8) }
        if path == "old*.tar.gz", chance(0.7) { made.files["old1.tar.gz"] = Array("older\n".utf8) }
        let canBeThere = !["", "directory", "/dev/full"].contains(path) && !path.hasPrefix("absent")
        // PowerShell's script does not load what is not there.
        if canBeThere, chance(made.isPowerShell && made.isLoad ? 0.9 : 0.3) {
            made.files[Case.key(path)] = Array("older\n".utf8)
        }
        if path != usual || chance(0.3) { flags.append((["-i", "--images"], path)) }
    }

    /// Adds the flag of the registry that the names lack.
    ///
    /// - Returns: The prefix that the script adds to a name.
    mutating func addSourceRegistry(_ flags: inout Flags) -> String {
        let registry = pick(NamePool.registries, strange: NamePool.strangeRegistries)
        flags.append((["-s", "--source-registry"], registry))
        return Self.inFront(registry)
    }

    /// Adds the flag of the registry to push to.
    ///
    /// - Returns: The prefix that the script adds to a name.
    mutating func addRegistry(_ flags: inout Flags) -> String {
        guard chance(0.97) else { return "" }
        let registry = pick(NamePool.registries, strange: NamePool.strangeRegistries)
        flags.append((["-r", "--registry"], registry))
        return Self.inFront(registry)
    }

    private static func inFront(_ registry: String) -> String { registry.hasSuffix("/") ? registry : registry + "/" }

    /// Adds the flag of Windows' release.
    ///
    /// - Returns: the release.
    mutating func addRelease(_ flags: inout Flags) -> String {
        guard chance(0.3) else { return "1809" }
        let release = pick(["1809", "ltsc2022", "20H2"], strange: ["", "a b", "-"])
        flags.append((["-o", "--os-release-id"], release))
        return release
    }

    /// The flags with their values in random order.
    mutating func words(_ flags: Flags) -> [String] {
        var words: [String] = []
        for (spellings, value) in shuffled(flags) {
            if strange(0.2) {
                words.append("\(pick(spellings))=\(value)")
                continue
            }
            if chance(0.06) { words += [pick(spellings), pick(["absent.txt", "other", "-h"])] }
            words += [pick(spellings), value]
        }
        if chance(0.03) { words.insert(pick(["-h", "--help"]), at: number(0...words.count)) }
        if strange(0.4) {
            let stray = [
                "--frobnicate", "-x", "", "--", "-", "stray", "-lmy.txt", "--image", "--Images", "-L", "-hl", "help",
                "-?",
                "--windows-image-list", "-r",
            ]
            words.insert(pick(stray), at: number(0...words.count))
        }
        if strange(0.4) { words.append(pick(flags.flatMap(\.spellings) + ["-l"])) }
        if strange(0.2) { words = Array(words.prefix(number(0...words.count))) }
        return words
    }

    /// Adds variables that mean something to a shell, to the script or to docker.
    mutating func addEnvironment(to made: inout Case) {
        if chance(0.05) { made.env["PASSED_ON"] = "some value, größer" }
        if chance(0.1) { made.env["DOCKER_CLI_EXPERIMENTAL"] = pick(["disabled", "enabled", ""]) }
        if strange(0.3) {
            let names = [
                "help", "target_registry", "images", "list", "pulled", "windows_image_list", "IFS", "key",
                "POSIXLY_CORRECT",
            ]
            made.env[pick(names)] = pick(["true", "x", "registry.example.com"])
        }
        if !made.env.isEmpty { made.logsVariables = ["DOCKER_CLI_EXPERIMENTAL", "PASSED_ON"] }
    }
}
