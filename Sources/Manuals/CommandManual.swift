import CommandLine

/// The manual page of an executable, in section 1.
struct CommandManual {
    let program: Program

    /// The page's source.
    var text: String {
        var page = ManualPage(program.rawValue, section: 1, summary: summary)
        page.section("synopsis")
        page.paragraph(
            "`\(program.rawValue)`" + (program == .load ? " `--registry` HOST[:PORT][/PATH]" : "") + " [FLAG ...]"
        )
        page.section("description")
        for paragraph in description + Self.names(of: program) { page.paragraph(paragraph) }
        page.section("flags of the scripts")
        for flag in flags where !flag.isExtension { add(flag, to: &page) }
        page.section("flags that the scripts do not have")
        page.paragraph(
            "A flag goes before its variable. A variable of a flag without a value is 1, true, yes or on, else 0, false,"
                + " no, off or empty; values of a flag that may be repeated are separated by commas in its variable."
        )
        for flag in flags where flag.isExtension { add(flag, to: &page) }
        page.section("environment")
        page.paragraph("In addition to the variables above:")
        for (name, meaning) in Self.variables { page.item("`\(name)`", meaning) }
        page.section("files")
        for (name, meaning) in files { page.item("`\(name)`", meaning) }
        page.section("exit status")
        for (status, meaning) in statuses { page.item("`\(status)`", meaning) }
        page.section("examples")
        for (reason, lines) in examples {
            page.paragraph(reason)
            page.example(lines)
        }
        page.section("see also")
        let other: Program = program == .save ? .load : .save
        page.paragraph("`\(other.rawValue)`(1), `rancher-images`(7)")
        return page.text
    }

    private var flags: [Flag] { Flag.table(for: program) }

    private func add(_ flag: Flag, to page: inout ManualPage) {
        page.item(
            flag.synopsis { "`\($0)`" },
            Self.sentences(about: flag).joined(separator: " ")
        )
    }

    /// Returns the flag's meaning, values, defaults, modes and variable as sentences.
    private static func sentences(about flag: Flag) -> [String] {
        var sentences = [
            flag.meaning.prefix(1).uppercased() + flag.meaning.dropFirst() + (flag.meaning.hasSuffix(".") ? "" : ".")
        ]
        if flag.takesValue, !flag.allowed.isEmpty { sentences.append("The value is \(flag.allowed).") }
        let shell = flag.modes.contains(.shell) ? flag.defaults[.shell] : nil
        let powerShell = flag.modes.contains(.powerShell) ? flag.defaults[.powerShell] : nil
        switch (shell, powerShell) {
        case (let shell?, let powerShell?) where shell != powerShell:
            sentences.append("By default it is `\(shell)`, or `\(powerShell)` in PowerShell mode.")
        case (let standard?, _), (nil, let standard?): sentences.append("By default it is `\(standard)`.")
        case (nil, nil): break
        }
        if flag.modes == [.powerShell] { sentences.append("It switches to PowerShell mode.") }
        if flag.modes == [.shell] { sentences.append("It is not known in PowerShell mode.") }
        if let variable = flag.variable { sentences.append("Variable: `\(variable)`.") }
        return sentences
    }

    private static func names(of program: Program) -> [String] {
        [
            "Called by a name that ends in `.ps1`, or with `-o`, it is in PowerShell mode and replaces"
                + " `\(program.rawValue).ps1`: flags are read in any case and from the last to the first, unknown arguments are ignored, and"
                + " images are called NAME`-windows-`RELEASE. Otherwise it replaces `\(program.rawValue).sh`: a flag takes the next"
                + " argument, whatever that is, and an unknown argument is answered with the usage text and status 1. `--flag=value` is not"
                + " known to either.",
            "Standard output has the lines of the script alone; everything else is on standard error.",
        ]
    }
}

// What differs between the two programs.
extension CommandManual {
    private var summary: String {
        switch program {
        case .save: "save the images of a list from registries into one archive"
        case .load: "bring the images of an archive into a private registry"
        }
    }

    private var description: [String] {
        switch program {
        case .save:
            [
                "`rancher-save-images` replaces Rancher's script of that name. It pulls every image that a list names, one a"
                    + " line, and writes all of them into one archive, which `docker load` takes too. No docker is needed.",
                "Each blob is fetched once and verified by its digest. The archive gets its name only when it is complete; an older archive"
                    + " stays until then, and its blobs are reused. An interrupted run resumes when the same command is run again.",
            ]
        case .load:
            [
                "`rancher-load-images` replaces Rancher's script of that name. It brings the images that a list names from an"
                    + " archive into a private registry, as REGISTRY/NAME, or REGISTRY/rancher/NAME for a name without a slash. No"
                    + " docker is needed.",
                "The archive is one of `rancher-save-images`(1) or of any `docker save`: a plain tar, or one that gzip, bzip2, xz or zstd"
                    + " has compressed, in one file or in parts. What the registry has already is not sent again, so a run that broke is simply repeated.",
            ]
        }
    }

    private var files: [(String, String)] {
        switch program {
        case .save:
            [
                (
                    "ARCHIVE.unfinished",
                    "The archive while it is written, and what a run has left that ended before it was done."
                ),
                ("ARCHIVE.unfinished.journal", "Which blobs it has. Both files may be removed by hand."),
                ("ARCHIVE.001", "The first of the parts that --split makes; ARCHIVE.sha256 has their checksums."),
            ] + Self.settings
        case .load:
            [
                (
                    "TMPDIR",
                    "Where archives are unpacked that cannot be read from their place, which takes about the size of the archive."
                )
            ]
                + Self.settings
        }
    }

    private static var settings: [(String, String)] {
        [
            (
                "~/.docker/config.json",
                "Logins and credential helpers, and the proxies for containers; podman's auth.json counts too."
            ),
            (
                "/etc/docker/certs.d/HOST[:PORT]/",
                "Certificates of authorities (*.crt) and for clients (*.cert with *.key)."
            ),
            ("/etc/docker/daemon.json", "Mirrors, insecure registries and proxies."),
        ]
    }

    private static var variables: [(String, String)] {
        [
            ("RANCHER_IMAGES_PASSWORD", "The password of `--username`."),
            ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "Proxies, as docker reads them."),
            ("SSL_CERT_FILE, SSL_CERT_DIR", "Authorities in place of the system's."),
            ("DOCKER_HOST, DOCKER_CONFIG", "Which daemon, and where docker's logins are."),
            ("TMPDIR", "The directory for temporary files."),
        ]
    }

    private var statuses: [(String, String)] {
        let nothing = program == .save ? "no image could be pulled" : "no image could be pushed"
        return [
            ("0", "The job is done. Single images may have failed, as with the script; `--strict` makes that 1."),
            (
                "1",
                "The job could not be done: \(nothing), a file could not be read or written, or the words are wrong."
            ),
        ]
    }

    private var examples: [(String, [String])] {
        switch program {
        case .save:
            [
                (
                    "Save what a release needs:",
                    ["rancher-save-images --image-list rancher-images.txt --images rancher-images.tar.gz"]
                ),
                (
                    "Windows images, on Linux:",
                    ["rancher-save-images.ps1 --image-list rancher-windows-images.txt --os-release-id ltsc2022"]
                ),
            ]
        case .load:
            [
                (
                    "Load all of an archive's images that the list names:",
                    [
                        "rancher-load-images --image-list rancher-images.txt --images rancher-images.tar.gz \\",
                        "    --registry registry.example.com:5000",
                    ]
                )
            ]
        }
    }
}
