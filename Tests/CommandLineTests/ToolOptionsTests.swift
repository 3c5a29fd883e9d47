import CommandLine
import OCI
import Testing

extension Platform {
    static func linux(_ architecture: String) -> Platform { Platform(os: "linux", architecture: architecture) }
    static func windows(_ architecture: String) -> Platform { Platform(os: "windows", architecture: architecture) }
}

@Suite(.timeLimit(.minutes(2))) struct ToolOptionsTests {
    @Test func defaults() throws {
        let shell = try #require(parse(.save, []).options?.extensions)
        #expect(shell.engine == .auto)
        #expect(shell.jobs == nil)
        #expect(shell.platforms == .platforms([.linuxAMD64]))
        #expect(!shell.strict)
        #expect(shell.archiveFormat == .containerd)
        #expect(shell.failedList == nil)
        #expect(shell.report == nil)
        #expect(!shell.checksum)
        #expect(shell.insecureRegistries == [])
        #expect(shell.compressionLevel == 6)
        #expect(shell.patience == .seconds(300))
        #expect(shell.progress == .auto)
        #expect(!shell.quiet)
        #expect(!shell.verbose)
        let powerShell = try #require(parsePowerShell(.save, []).options?.extensions)
        #expect(powerShell.platforms == .platforms([.windows("amd64")]))
    }

    @Test(
        arguments: [
            ("4G", 4_000_000_000), ("4.7g", 4_700_000_000), ("1M", 1_000_000), ("2000000", 2_000_000), ("999k", nil),
            ("0", nil),
            ("-1G", nil), ("4Gi", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func sizesOfParts(_ text: String, _ size: Int64?) throws {
        let parsed = parse(.save, ["--split", text])
        #expect(parsed.options?.extensions.partSize == size)
        #expect((parsed.options == nil) == (size == nil))
        #expect(try #require(parse(.save, []).options).extensions.partSize == nil)
        let refused = parse(.save, ["--split", "4G", "--repair", "a"])
        #expect(refused == .invalid("--repair keeps the parts of an archive: omit --split"))
    }

    /// The rules of the scripts select one of several archives; a load in shell mode keeps all of them.
    @Test func severalArchives() throws {
        let words = ["-i", "a", "--images", "b", "-i", "a", "-i", ""]
        let load = try #require(parse(.load, ["-r", "r"] + words).options)
        #expect(load.archives == ["a", "b"])
        #expect(load.images == "")
        #expect(load.settings.first { $0.name == "images" }?.value == .texts(["a", "b"]))
        #expect(try #require(parse(.load, ["-r", "r"]).options).archives == ["rancher-images.tar.gz"])
        #expect(try #require(parse(.save, words).options).archives == [])
        #expect(try #require(parsePowerShell(.load, ["-r", "r"] + words).options).archives == [])
    }

    /// A load pushes the referrers of the archive, so it has no such flag.
    @Test func referrersAreSavedOnRequest() throws {
        #expect(try !#require(parse(.save, []).options).extensions.withReferrers)
        #expect(try #require(parse(.save, ["--with-referrers"]).options).extensions.withReferrers)
        let environment = ["RANCHER_IMAGES_WITH_REFERRERS": "yes"]
        #expect(try #require(parsePowerShell(.save, [], environment: environment).options).extensions.withReferrers)
        #expect(Usage.text(.save, .shell, programName: "x").contains("\n  --with-referrers\n"))
        #expect(!Usage.text(.load, .shell, programName: "x").contains("--with-referrers"))
    }

    @Test(arguments: Program.allCases)
    func bothProgramsHaveTheseFlags(_ program: Program) throws {
        let registry = program == .load ? ["-r", "r"] : []
        let words = [
            "--engine", "registry", "--jobs", "256", "--platform", "linux/arm/v7", "--strict", "--archive-format",
            "legacy",
            "--failed-list", "f", "--insecure-registry", "a", "--insecure-registry", "b:5000", "--compression-level",
            "9",
            "--progress", "plain", "--quiet", "--verbose",
        ]
        let extensions = try #require(parse(program, registry + words).options?.extensions)
        #expect(extensions.engine == .registry)
        #expect(extensions.jobs == 256)
        #expect(extensions.platforms == .platforms([Platform(os: "linux", architecture: "arm", variant: "v7")]))
        #expect(extensions.strict)
        #expect(extensions.archiveFormat == .legacy)
        #expect(extensions.failedList == "f")
        #expect(extensions.insecureRegistries == ["a", "b:5000"])
        #expect(extensions.compressionLevel == 9)
        #expect(extensions.progress == .plain)
        #expect(extensions.quiet)
        #expect(extensions.verbose)
    }

    @Test func aDeltaHasANameOfItsOwn() {
        #expect(parse(.save, ["--since", "a"]).sentence?.contains("give it a name of its own with --images") == true)
        #expect(parse(.save, ["--since", "a", "-i", "b"]).options?.extensions.since == ["a"])
        let unpacked = parse(.save, ["--since", "a", "-i", "b", "--archive-format", "legacy"])
        #expect(unpacked.sentence?.contains("--archive-format") == true)
    }

    @Test func repairAndCheckExcludeEachOther() {
        #expect(parse(.save, ["--repair", "a", "--check"]).sentence?.contains("give one of them") == true)
        #expect(parse(.save, ["--repair", "a"]).options?.extensions.repair == "a")
    }

    @Test(arguments: [["--check"], ["--repair", "a"]], [["--report", "r"], ["--checksum"]])
    func runsThatMoveNothingHaveNoReport(_ mode: [String], _ words: [String]) {
        #expect(parse(.save, mode + words).sentence?.hasPrefix("--report and --checksum are for a run") == true)
        let variables = ["RANCHER_IMAGES_REPORT": "r", "RANCHER_IMAGES_CHECKSUM": "1"]
        #expect(parse(.save, mode, environment: variables).options != nil)
    }

    @Test func variablesOfTheOtherProgramAreIgnored() {
        let variables = ["RANCHER_IMAGES_SINCE": "a"]
        #expect(parse(.save, [], environment: variables).sentence != nil)
        #expect(parse(.load, ["-r", "r"], environment: variables).options?.extensions.since == [])
    }

    @Test(
        arguments: [
            ("90", 90), ("90s", 90), ("5m", 300), ("1h", 3_600), ("24h", 86_400), ("25h", nil), ("0", nil), ("m", nil),
            ("1d", nil),
            ("-1", nil), ("1.5m", nil), ("9999999999999999h", nil),
        ] as [(String, Int?)]
    )
    func durations(text: String, seconds: Int?) {
        let parsed = parse(.save, ["--patience", text])
        #expect(parsed.options?.extensions.patience == seconds.map { .seconds($0) })
    }

    @Test(
        arguments: [
            ("500k", 500_000), ("10M", 10_000_000), ("1.5M", 1_500_000), ("2G", 2_000_000_000), ("1000", 1000),
            ("1K", 1000), ("0.5m", 500_000), ("1000G", 1_000_000_000_000),
            ("999", nil), ("0", nil), ("k", nil), ("-1M", nil), ("1.M", nil), (".5M", nil), ("1.2.3M", nil),
            ("1e6", nil),
            ("10 M", nil), ("10MB", nil), ("1001G", nil), ("inf", nil),
        ] as [(String, Int64?)]
    )
    func rates(text: String, bytesPerSecond: Int64?) {
        let parsed = parse(.load, ["-r", "x", "--limit-rate", text])
        #expect(parsed.options?.extensions.bytesPerSecond == bytesPerSecond)
        #expect((parsed.sentence == nil) == (bytesPerSecond != nil))
    }

    @Test func variablesSetOptions() throws {
        let environment = [
            "RANCHER_IMAGES_ENGINE": "docker", "RANCHER_IMAGES_JOBS": "7",
            "RANCHER_IMAGES_PLATFORM": "linux/arm64, linux/amd64",
            "RANCHER_IMAGES_STRICT": "Yes", "RANCHER_IMAGES_ARCHIVE_FORMAT": "docker",
            "RANCHER_IMAGES_FAILED_LIST": "f",
            "RANCHER_IMAGES_INSECURE_REGISTRY": "a, b:5000,,", "RANCHER_IMAGES_COMPRESSION_LEVEL": "1",
            "RANCHER_IMAGES_VERBOSE": "on", "RANCHER_IMAGES_VERSION": "v2.14.4", "RANCHER_IMAGES_IMAGE_LIST": "no.txt",
        ]
        for mode in [parse(.save, [], environment: environment), parsePowerShell(.save, [], environment: environment)] {
            let extensions = try #require(mode.options?.extensions)
            #expect(extensions.engine == .docker)
            #expect(extensions.jobs == 7)
            #expect(extensions.platforms == .platforms([.linux("arm64"), .linux("amd64")]))
            #expect(extensions.strict)
            #expect(extensions.archiveFormat == .docker)
            #expect(extensions.failedList == "f")
            #expect(extensions.insecureRegistries == ["a", "b:5000"])
            #expect(extensions.compressionLevel == 1)
            #expect(extensions.verbose)
            #expect(mode.options?.imageList != "no.txt", "flags of the scripts have no variable")
        }
    }

    @Test func onlyALoadCreatesProjects() throws {
        let registry = ["-r", "r"]
        #expect(parse(.load, registry + ["--create-projects"]).options?.extensions.createsProjects == true)
        #expect(parsePowerShell(.load, registry + ["--create-projects"]).options?.extensions.createsProjects == true)
        let variable = ["RANCHER_IMAGES_CREATE_PROJECTS": "yes"]
        #expect(parse(.load, registry, environment: variable).options?.extensions.createsProjects == true)
        #expect(parse(.load, registry).options?.extensions.createsProjects == false)
        #expect(parse(.save, ["--create-projects"]).options == nil)
    }

    @Test func flagsBeatVariables() throws {
        let environment = [
            "RANCHER_IMAGES_ENGINE": "nonsense", "RANCHER_IMAGES_PLATFORM": "all",
            "RANCHER_IMAGES_INSECURE_REGISTRY": "a",
            "RANCHER_IMAGES_STRICT": "off",
        ]
        let words = ["--engine", "docker", "--platform", "linux/arm64", "--insecure-registry", "b", "--strict"]
        let extensions = try #require(parse(.save, words, environment: environment).options?.extensions)
        #expect(extensions.engine == .docker)
        #expect(extensions.platforms == .platforms([.linux("arm64")]))
        #expect(extensions.insecureRegistries == ["b"])
        #expect(extensions.strict)
    }

    private static let booleanVariablesRows: [(String, Bool)] = [
        ("1", true), ("true", true), ("YES", true), ("on", true),
        ("0", false), ("False", false), ("no", false), ("off", false), ("", false),
    ]

    @Test(arguments: booleanVariablesRows)
    func booleanVariables(_ text: String, _ isOn: Bool) {
        let invocation = parse(.save, [], environment: ["RANCHER_IMAGES_STRICT": text])
        #expect(invocation.options?.extensions.strict == isOn)
    }

    private static let platformsRows: [([String], PlatformChoice, String)] = [
        (["linux/arm64", "all"], PlatformChoice.all, "all overrides any other"),
        (["linux/arm64", "linux/arm64"], .platforms([.linux("arm64")]), "each once"),
        (["Linux/ARM64"], .platforms([.linux("arm64")]), "in small letters"),
    ]

    @Test(arguments: platformsRows)
    func platforms(_ words: [String], _ choice: PlatformChoice, _ reason: String) {
        #expect(
            parse(.save, words.flatMap { ["--platform", $0] }).options?.extensions.platforms == choice,
            "\(reason)"
        )
    }

    @Test func emptyVariablesAreNotSet() throws {
        let variables = ["ENGINE", "JOBS", "PLATFORM", "INSECURE_REGISTRY", "COMPRESSION_LEVEL", "FAILED_LIST"]
        let environment = Dictionary(uniqueKeysWithValues: variables.map { ("RANCHER_IMAGES_" + $0, "") })
        #expect(parse(.save, [], environment: environment) == parse(.save, []))
    }

    private static let valuesThatAreNotAllowedRows: [([String], String)] = [
        (["--jobs", "0"], "--jobs is '0': it must be a whole number from 1 to 256"),
        (["--jobs", "257"], "--jobs is '257': it must be a whole number from 1 to 256"),
        (["--jobs", "+4"], "--jobs is '+4': it must be a whole number from 1 to 256"),
        (
            ["--jobs", "99999999999999999999"],
            "--jobs is '99999999999999999999': it must be a whole number from 1 to 256"
        ),
        (["--jobs"], "--jobs has no value: it must be a whole number from 1 to 256"),
        (["--engine", "x"], "--engine is 'x': it must be auto, docker or registry"),
        (["--engine", "Docker"], "--engine is 'Docker': it must be auto, docker or registry"),
        (["--archive-format", "tar"], "--archive-format is 'tar': it must be containerd, docker or legacy"),
        (["--compression-level", "10"], "--compression-level is '10': it must be a whole number from 1 to 9"),
        (["--failed-list", ""], "--failed-list has no value: it must be the path of a file"),
        (["--report", ""], "--report has no value: it must be the path of a file"),
        (
            ["--platform", "amd64"],
            "--platform is 'amd64': it must be OS/ARCH, OS/ARCH/VARIANT or all, for instance linux/arm64"
        ),
        (
            ["--platform", "linux/amd64", "--platform", ""],
            "--platform has no value: it must be OS/ARCH, OS/ARCH/VARIANT or all, for instance linux/arm64"
        ),
    ]

    @Test(arguments: valuesThatAreNotAllowedRows)
    func valuesThatAreNotAllowed(_ words: [String], _ sentence: String) {
        #expect(parse(.save, words).sentence == sentence)
        #expect(parsePowerShell(.save, words).sentence == sentence)
    }

    private static let variablesThatAreNotAllowedRows: [(String, String, String)] = [
        ("JOBS", "many", "RANCHER_IMAGES_JOBS is 'many': it must be a whole number from 1 to 256"),
        ("ENGINE", " docker", "RANCHER_IMAGES_ENGINE is ' docker': it must be auto, docker or registry"),
        ("STRICT", "2", "RANCHER_IMAGES_STRICT is '2': it must be 1, true, yes or on, else 0, false, no, off or empty"),
        (
            "PLATFORM", "all,amd64",
            "RANCHER_IMAGES_PLATFORM is 'amd64': it must be OS/ARCH, OS/ARCH/VARIANT or all, for instance linux/arm64"
        ),
    ]

    @Test(arguments: variablesThatAreNotAllowedRows)
    func variablesThatAreNotAllowed(_ name: String, _ value: String, _ sentence: String) {
        #expect(parse(.save, [], environment: ["RANCHER_IMAGES_" + name: value]).sentence == sentence)
    }

    private static let insecureRegistriesRows: [(String, Bool, String)] = [
        ("registry.example.com", true, "a host"),
        ("10.0.0.1:5000", true, "an address and a port"),
        ("[::1]", true, "IPv6"),
        ("[::1]:5000", true, "IPv6 and a port"),
        ("my_registry:65535", true, "the largest port"),
        ("http://registry", false, "a scheme"),
        ("registry/path", false, "a path"),
        ("registry:", false, "no port after the colon"),
        ("registry:0", false, "no such port"),
        ("registry:65536", false, "no such port"),
        (":5000", false, "no host"),
        ("::1", false, "IPv6 without brackets"),
        ("[]", false, "nothing between the brackets"),
        ("a b", false, "a space"),
    ]

    @Test(arguments: insecureRegistriesRows)
    func insecureRegistries(_ text: String, _ isAllowed: Bool, _ reason: String) {
        let invocation = parse(.save, ["--insecure-registry", text])
        #expect((invocation.options?.extensions.insecureRegistries == [text]) == isAllowed, "\(reason)")
        #expect((invocation.sentence != nil) != isAllowed, "\(reason)")
    }
}
