extension Flag {
    static let imageList = Flag(
        script: "image-list",
        letter: "l",
        .value("PATH"),
        defaults: [.shell: "rancher-images.txt", .powerShell: "rancher-windows-images.txt"],
        meaning: "text file that lists the images, one a line"
    )
    static let images = Flag(
        script: "images",
        letter: "i",
        .value("PATH"),
        defaults: [.shell: "rancher-images.tar.gz", .powerShell: "rancher-windows-images.tar.gz"],
        meaning: "archive of the images, as docker save writes it, in one file or in parts"
    )
    static let sourceRegistry = Flag(
        script: "source-registry",
        letter: "s",
        .value("HOST[:PORT][/PATH]"),
        meaning: "registry in front of the names that the images have, or get, in the archive"
    )
    static let registry = Flag(
        script: "registry",
        letter: "r",
        .value("HOST[:PORT][/PATH]"),
        programs: [.load],
        meaning: "registry that the images are pushed to (required, but for --list and --check)"
    )
    static let windowsImageList = Flag(
        script: "windows-image-list",
        .value("PATH"),
        programs: [.load],
        modes: [.shell],
        meaning: "text file that lists the Windows images; without it there are none"
    )
    static let windowsVersions = Flag(
        script: "windows-versions",
        .value("A,B"),
        programs: [.load],
        modes: [.shell],
        defaults: [.shell: "1809"],
        meaning: "Windows releases that the Windows images are there for"
    )
    static let osReleaseID = Flag(
        script: "os-release-id",
        letter: "o",
        .value("ID"),
        modes: [.powerShell],
        defaults: [.powerShell: "1809"],
        meaning: "Windows release of the images: 1809, ltsc2022, ..."
    )
    static let help = Flag(script: "help", letter: "h", .none, meaning: "print this text")

    static let engine = Flag(
        extension: "engine",
        .value("auto|docker|registry"),
        defaults: both("auto"),
        meaning:
            "who moves the images: the docker command, or this program by itself; auto is docker in shell mode where a"
            + " daemon answers, else registry",
        allowed: "auto, docker or registry"
    )
    static let jobs = Flag(
        extension: "jobs",
        .value("N"),
        meaning: "transfers at a time (default: chosen for the machine)",
        allowed: "a whole number from 1 to \(ToolOptions.mostJobs)"
    )
    static let platform = Flag(
        extension: "platform",
        .values("OS/ARCH[/VARIANT]|all"),
        defaults: [.shell: "linux/amd64", .powerShell: "windows/amd64"],
        meaning: "which image of a multi-platform name; may be repeated",
        allowed: "OS/ARCH, OS/ARCH/VARIANT or all, for instance linux/arm64"
    )
    static let strict = Flag(
        extension: "strict",
        .none,
        meaning: "exit with 1 where any image fails",
        allowed: Self.boolean
    )
    static let archiveFormat = Flag(
        extension: "archive-format",
        .value("containerd|docker|legacy"),
        defaults: both("containerd"),
        meaning: "what docker save writes with its containerd store, since docker 25, and before docker 25",
        allowed: "containerd, docker or legacy"
    )
    static let failedList = Flag(
        extension: "failed-list",
        .value("FILE"),
        meaning: "write the references that failed into FILE, a list to run again",
        allowed: "the path of a file"
    )
    static let report = Flag(
        extension: "report",
        .value("FILE"),
        meaning: "write what became of each image into FILE: as JUnit XML where the name ends in .xml, else as JSON",
        allowed: "the path of a file"
    )
    static let checksum = Flag(
        extension: "checksum",
        .none,
        programs: [.save],
        meaning: "write the archive's SHA-256 beside it, into ARCHIVE.sha256, for sha256sum -c",
        allowed: Self.boolean
    )
    static let insecureRegistry = Flag(
        extension: "insecure-registry",
        .values("HOST[:PORT]"),
        meaning:
            "registry without a valid certificate or without TLS, beside those of docker's settings; may be repeated",
        allowed: "HOST or HOST:PORT without scheme and path, for instance registry.example.com:5000"
    )
    static let caFile = Flag(
        extension: "ca-file",
        .value("FILE"),
        meaning: "certificates of authorities, PEM or DER, that are believed beside the system's",
        allowed: "the path of a file"
    )
    static let username = Flag(
        extension: "username",
        .value("USER"),
        meaning:
            "user at the registry that --registry, or else --source-registry, names; goes before docker's and podman's logins",
        allowed: "a name"
    )
    static let passwordStdin = Flag(
        extension: "password-stdin",
        .none,
        // RANCHER_IMAGES_PASSWORD has the password itself.
        hasVariable: false,
        meaning: "read the password of --username from standard input; without it RANCHER_IMAGES_PASSWORD has it"
    )
    static let createProjects = Flag(
        extension: "create-projects",
        .none,
        programs: [.load],
        meaning:
            "make the projects (Harbor) or repositories (Amazon ECR, with the keys of AWS_ACCESS_KEY_ID) that are missing,"
            + " before the first push",
        allowed: Self.boolean
    )
    static let compressionLevel = Flag(
        extension: "compression-level",
        .value("1-9"),
        defaults: both("6"),
        meaning: "of what gzip compresses: 1 is the fastest, 9 the smallest",
        allowed: "a whole number from 1 to 9"
    )
    static let patience = Flag(
        extension: "patience",
        .value("DURATION"),
        defaults: both("5m"),
        meaning: "how long a registry is tried again that fails or sends nothing",
        allowed: "seconds, or a number with s, m or h, for instance 90s, 5m or 1h, up to 24h"
    )
    static let limitRate = Flag(
        extension: "limit-rate",
        .value("RATE"),
        meaning: "most bytes a second of all transfers together, such as 500k or 10M; k, M and G are powers of 1000",
        allowed: "a number of bytes, 1k or more, with k, M or G, for instance 500k, 1.5M or 10M"
    )
    static let reuse = Flag(
        extension: "reuse",
        .values("ARCHIVE"),
        programs: [.save],
        meaning:
            "older archive to copy from what need not be fetched, beside the one that is replaced; may be repeated",
        allowed: "the path of an archive"
    )
    static let since = Flag(
        extension: "since",
        .values("ARCHIVE"),
        programs: [.save],
        meaning:
            "older archive, or the JSON that --list prints of it, whose blobs are left out: a delta, for registries that have"
            + " the older one's images; docker cannot load it; may be repeated",
        allowed: "the path of an archive, or of a list of one"
    )
    static let repair = Flag(
        extension: "repair",
        .value("ARCHIVE"),
        hasVariable: false,
        programs: [.save],
        meaning:
            "save nothing, but prove every digest of an archive that was saved here, and fetch anew what is damaged or"
            + " missing",
        allowed: "the path of an archive"
    )
    static let split = Flag(
        extension: "split",
        .value("SIZE"),
        programs: [.save],
        meaning:
            "write the archive in parts of this size, ARCHIVE.001 and so on, with their checksums in ARCHIVE.sha256; k, M and G"
            + " are powers of 1000",
        allowed: "a size of 1M or more, for instance 700M, 4G or 4.7G"
    )
    static let fresh = Flag(
        extension: "fresh",
        .none,
        programs: [.save],
        meaning: "drop what a stopped run has left, and begin anew",
        allowed: Self.boolean
    )
    static let withReferrers = Flag(
        extension: "with-referrers",
        .none,
        programs: [.save],
        meaning:
            "save what refers to the images too: signatures, attestations, bills of materials; a load pushes what the archive"
            + " has",
        allowed: Self.boolean
    )
    static let check = Flag(
        extension: "check",
        .none,
        meaning: "look at everything that the run needs, and move nothing; exit with 1 where anything would fail",
        allowed: Self.boolean
    )
    static let list = Flag(
        extension: "list",
        .none,
        // A variable of this name would too easily be meant for the image list, and would stop every run.
        hasVariable: false,
        programs: [.load],
        meaning: "print what the archive holds, and load nothing"
    )
    static let format = Flag(
        extension: "format",
        .value("table|json"),
        hasVariable: false,
        programs: [.load],
        defaults: both("table"),
        meaning: "how --list prints it",
        allowed: "table or json"
    )
    static let progress = Flag(
        extension: "progress",
        .value("auto|terminal|plain|none"),
        defaults: both("auto"),
        meaning:
            "how far the run is, on standard error: lines that are drawn anew on a terminal, or a plain line every 30"
            + " seconds; auto is terminal where standard error is one, else plain",
        allowed: "auto, terminal, plain or none"
    )
    static let quiet = Flag(
        extension: "quiet",
        .none,
        meaning: "on standard error, tell failures and the count at the end, and no more",
        allowed: Self.boolean
    )
    static let verbose = Flag(
        extension: "verbose",
        .none,
        meaning:
            "tell on standard error of every request, login and decision, in lines with a >; no secret is among it",
        allowed: Self.boolean
    )
    static let version = Flag(
        extension: "version",
        .none,
        // A variable of this name is too easily meant for something else, and would stop every run.
        hasVariable: false,
        meaning: "print the version, and those of the libraries inside"
    )

    /// Every flag, in the order of the usage text.
    package static let table = [
        imageList, images, sourceRegistry, registry, windowsImageList, windowsVersions, osReleaseID, help,
        engine, jobs, platform, strict, archiveFormat, failedList, report, checksum, insecureRegistry, caFile, username,
        passwordStdin, createProjects, compressionLevel, patience, limitRate, reuse, since, split, repair, fresh,
        withReferrers, check, list, format, progress, quiet, verbose, version,
    ]

    /// The flags that a program knows in a mode.
    package static func table(for program: Program, in mode: ScriptMode) -> [Flag] {
        table.filter { $0.programs.contains(program) && $0.modes.contains(mode) }
    }

    /// What a variable of a flag without a value must be.
    private static let boolean = "1, true, yes or on, else 0, false, no, off or empty"

    private static func both(_ value: String) -> [ScriptMode: String] {
        [.shell: value, .powerShell: value]
    }
}
