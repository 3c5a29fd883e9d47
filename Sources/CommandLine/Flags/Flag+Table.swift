extension Flag {
    static let imageList = Flag(
        script: "image-list",
        letter: "l",
        .value("PATH"),
        defaults: [.shell: "rancher-images.txt", .powerShell: "rancher-windows-images.txt"],
        meaning: "read the names of the images from this text file, one per line"
    )
    static let images = Flag(
        script: "images",
        letter: "i",
        .value("PATH"),
        defaults: [.shell: "rancher-images.tar.gz", .powerShell: "rancher-windows-images.tar.gz"],
        meaning: "use this archive, in the format of docker save. It can be one file or several parts"
    )
    static let sourceRegistry = Flag(
        script: "source-registry",
        letter: "s",
        .value("HOST[:PORT][/PATH]"),
        meaning: "prepend this registry to the image names in the archive"
    )
    static let registry = Flag(
        script: "registry",
        letter: "r",
        .value("HOST[:PORT][/PATH]"),
        programs: [.load],
        meaning: "push the images to this registry. It is required except with --list and --check"
    )
    static let windowsImageList = Flag(
        script: "windows-image-list",
        .value("PATH"),
        programs: [.load],
        modes: [.shell],
        meaning: "read the names of the Windows images from this text file. Without it there are none"
    )
    static let windowsVersions = Flag(
        script: "windows-versions",
        .value("A,B"),
        programs: [.load],
        modes: [.shell],
        defaults: [.shell: "1809"],
        meaning: "include images of these Windows releases in manifest lists"
    )
    static let osReleaseID = Flag(
        script: "os-release-id",
        letter: "o",
        .value("ID"),
        modes: [.powerShell],
        defaults: [.powerShell: "1809"],
        meaning: "set the Windows release of the images: 1809, ltsc2022, ..."
    )
    static let help = Flag(script: "help", letter: "h", .none, meaning: "print this text")

    static let engine = Flag(
        extension: "engine",
        .value("auto|docker|registry"),
        defaults: both("auto"),
        meaning:
            "choose what moves the images: docker commands or this program. auto uses docker in shell mode if a"
            + " daemon responds, else the registry engine, which needs no docker",
        allowed: "auto, docker or registry"
    )
    static let jobs = Flag(
        extension: "jobs",
        .value("N"),
        meaning: "limit the number of concurrent transfers. The default depends on the machine",
        allowed: "a whole number from 1 to \(ToolOptions.mostJobs)"
    )
    static let platform = Flag(
        extension: "platform",
        .values("OS/ARCH[/VARIANT]|all"),
        defaults: [.shell: "linux/amd64", .powerShell: "windows/amd64"],
        meaning: "select the platform of a multi-platform image. The flag can be repeated",
        allowed: "OS/ARCH, OS/ARCH/VARIANT or all, for instance linux/arm64"
    )
    static let strict = Flag(
        extension: "strict",
        .none,
        meaning: "exit with status 1 if any image fails",
        allowed: Self.boolean
    )
    static let archiveFormat = Flag(
        extension: "archive-format",
        .value("containerd|docker|legacy"),
        defaults: both("containerd"),
        meaning:
            "choose the format of the archive. The formats are those of docker save: with the containerd image"
            + " store, since docker 25 without it, and before docker 25",
        allowed: "containerd, docker or legacy"
    )
    static let failedList = Flag(
        extension: "failed-list",
        .value("FILE"),
        meaning: "write the references that failed to FILE, as a list for another run",
        allowed: "the path of a file"
    )
    static let report = Flag(
        extension: "report",
        .value("FILE"),
        meaning: "write the result of each image to FILE. The format is JUnit XML if the name ends in .xml, else JSON",
        allowed: "the path of a file"
    )
    static let checksum = Flag(
        extension: "checksum",
        .none,
        programs: [.save],
        meaning: "write the archive's SHA-256 to ARCHIVE.sha256, for sha256sum -c",
        allowed: Self.boolean
    )
    static let insecureRegistry = Flag(
        extension: "insecure-registry",
        .values("HOST[:PORT]"),
        meaning:
            "allow this registry without TLS or without a valid certificate. Docker's insecure registries are"
            + " allowed too. The flag can be repeated",
        allowed: "HOST or HOST:PORT without scheme and path, for instance registry.example.com:5000"
    )
    static let caFile = Flag(
        extension: "ca-file",
        .value("FILE"),
        meaning: "trust the CA certificates in FILE too, PEM or DER",
        allowed: "the path of a file"
    )
    static let username = Flag(
        extension: "username",
        .value("USER"),
        meaning:
            "log in to the registry as USER. The registry is that of --registry, else of --source-registry. The"
            + " login takes precedence over docker's and podman's",
        allowed: "a name"
    )
    static let passwordStdin = Flag(
        extension: "password-stdin",
        .none,
        // RANCHER_IMAGES_PASSWORD has the password itself.
        hasVariable: false,
        meaning:
            "read the password of --username from standard input. Without this flag RANCHER_IMAGES_PASSWORD is the"
            + " password"
    )
    static let createProjects = Flag(
        extension: "create-projects",
        .none,
        programs: [.load],
        meaning:
            "create missing projects or repositories before the first push. This works for projects of Harbor, and"
            + " for repositories of Amazon ECR with the keys of AWS_ACCESS_KEY_ID",
        allowed: Self.boolean
    )
    static let compressionLevel = Flag(
        extension: "compression-level",
        .value("1-9"),
        defaults: both("6"),
        meaning: "set the level of gzip compression. 1 is the fastest, 9 the smallest",
        allowed: "a whole number from 1 to 9"
    )
    static let patience = Flag(
        extension: "patience",
        .value("DURATION"),
        defaults: both("5m"),
        meaning: "retry a registry that fails or sends nothing for this long",
        allowed: "seconds, or a number with s, m or h, for instance 90s, 5m or 1h, up to 24h"
    )
    static let limitRate = Flag(
        extension: "limit-rate",
        .value("RATE"),
        meaning:
            "limit all transfers together to RATE bytes a second. k, M and G are powers of 1000, as in 500k or 10M",
        allowed: "a number of bytes, 1k or more, with k, M or G, for instance 500k, 1.5M or 10M"
    )
    static let reuse = Flag(
        extension: "reuse",
        .values("ARCHIVE"),
        programs: [.save],
        meaning:
            "copy blobs from an older archive instead of downloading them. The archive that is replaced is always"
            + " used. The flag can be repeated",
        allowed: "the path of an archive"
    )
    static let since = Flag(
        extension: "since",
        .values("ARCHIVE"),
        programs: [.save],
        meaning:
            "write a delta archive, without the blobs of an older archive. ARCHIVE can also be the JSON that --list"
            + " prints for it. The registry must have the images of the older archive. docker cannot load a delta"
            + " archive. The flag can be repeated",
        allowed: "the path of an archive, or of a list of one"
    )
    static let repair = Flag(
        extension: "repair",
        .value("ARCHIVE"),
        hasVariable: false,
        programs: [.save],
        meaning: "verify a saved archive and download corrupt or missing blobs again. No other images are saved",
        allowed: "the path of an archive"
    )
    static let split = Flag(
        extension: "split",
        .value("SIZE"),
        programs: [.save],
        meaning:
            "write the archive in parts of SIZE bytes: ARCHIVE.001 and so on. The checksums of the parts are in"
            + " ARCHIVE.sha256. k, M and G are powers of 1000",
        allowed: "a size of 1M or more, for instance 700M, 4G or 4.7G"
    )
    static let fresh = Flag(
        extension: "fresh",
        .none,
        programs: [.save],
        meaning: "discard the data of an interrupted run and start over",
        allowed: Self.boolean
    )
    static let withReferrers = Flag(
        extension: "with-referrers",
        .none,
        programs: [.save],
        meaning: "save signatures, attestations and SBOMs of the images too. A load pushes those that the archive has",
        allowed: Self.boolean
    )
    static let check = Flag(
        extension: "check",
        .none,
        meaning:
            "check everything that the run needs and transfer nothing. The exit status is 1 if anything would fail",
        allowed: Self.boolean
    )
    static let list = Flag(
        extension: "list",
        .none,
        // A variable of this name would be mistaken for the image list, and would stop every run.
        hasVariable: false,
        programs: [.load],
        meaning: "print the contents of the archive and load nothing"
    )
    static let format = Flag(
        extension: "format",
        .value("table|json"),
        hasVariable: false,
        programs: [.load],
        defaults: both("table"),
        meaning: "set the output format of --list",
        allowed: "table or json"
    )
    static let progress = Flag(
        extension: "progress",
        .value("auto|terminal|plain|none"),
        defaults: both("auto"),
        meaning:
            "show the progress on standard error. terminal redraws lines, plain prints a line every 30 seconds. auto"
            + " is terminal if standard error is one, else plain",
        allowed: "auto, terminal, plain or none"
    )
    static let quiet = Flag(
        extension: "quiet",
        .none,
        meaning: "print only failures and the final count to standard error",
        allowed: Self.boolean
    )
    static let verbose = Flag(
        extension: "verbose",
        .none,
        meaning: "log every request, login and decision to standard error. The lines begin with > and have no secrets",
        allowed: Self.boolean
    )
    static let version = Flag(
        extension: "version",
        .none,
        // A variable of this name is easily set for another purpose, and would stop every run.
        hasVariable: false,
        meaning: "print the version of the program and of its libraries"
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

    /// The values that the variable of a flag without a value can have.
    private static let boolean = "1, true, yes or on, else 0, false, no, off or empty"

    private static func both(_ value: String) -> [ScriptMode: String] {
        [.shell: value, .powerShell: value]
    }
}
