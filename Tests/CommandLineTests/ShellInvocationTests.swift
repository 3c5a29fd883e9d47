import CommandLine
import Testing

@Suite(.timeLimit(.minutes(2))) struct ShellInvocationTests {
    @Test func defaults() throws {
        let save = try #require(parse(.save, []).options)
        #expect(save.mode == .shell)
        #expect(save.imageList == "rancher-images.txt")
        #expect(save.images == "rancher-images.tar.gz")
        #expect(save.sourceRegistry == nil)
        #expect(save.registry == nil)
        #expect(save.osReleaseID == nil)
        #expect(save.windowsImageList == nil)
        #expect(save.windowsVersions == [])
        #expect(save.notices == [])

        let load = try #require(parse(.load, ["-r", "r"]).options)
        #expect(load.registry == "r")
        #expect(load.windowsVersions == ["1809"])
    }

    private static let valuesOfTheListRows: [([String], String, String)] = [
        (["-l", "a", "-l", "b"], "b", "the last one wins"),
        (["--image-list", "a", "-l", "b"], "b", "both names are one flag"),
        (["-l", "-i"], "-i", "the next argument is the value, even if it looks like a flag"),
        (["-l", ""], "", "an empty argument is a value"),
        (["-i", "x", "-l"], "", "a missing value is empty"),
        (["-l", "a", "-l"], "", "the last one wins, even without a value"),
        (["-l", "--jobs", "--strict"], "--jobs", "flags of ours are values too"),
    ]

    @Test(arguments: valuesOfTheListRows)
    func valuesOfTheList(_ words: [String], _ list: String, _ reason: String) throws {
        #expect(parse(.save, words).options?.imageList == list, "\(reason)")
    }

    private static let usageRows: [(Program, [String], Int32, String)] = [
        (Program.save, ["--frobnicate"], 1, "an unknown argument"),
        (.save, ["-h", "x"], 1, "it ends the parsing, so the help before it has no effect"),
        (.save, ["--jobs", "0", "x"], 1, "nor has a value that is not allowed"),
        (.save, ["x", "-h"], 1, "nor what comes after it"),
        (.save, [""], 1, "an empty argument is unknown"),
        (.save, ["--images=x"], 1, "a form that the scripts do not know"),
        (.save, ["-H"], 1, "the case matters"),
        (.save, ["-r", "r"], 1, "a flag of load"),
        (.save, ["--windows-versions", "1809"], 1, "a flag of load"),
        (.save, ["--dry-run"], 1, "not built"),
        (.save, ["--serve", "127.0.0.1:0"], 1, "not built"),
        (.load, ["-r", "r", "--split", "4G"], 1, "a flag of save"),
        (.save, ["-l", "x", "--help"], 0, "help is checked after all arguments"),
        (.save, ["--help", "--jobs", "0"], 0, "and before the values of our own flags"),
        (.load, [], 1, "no registry"),
        (.load, ["-r", ""], 1, "an empty registry"),
        (.load, ["-h"], 1, "the registry is checked before help"),
        (.load, ["--jobs", "0"], 1, "and before the values of our own flags"),
        (.load, ["-h", "-r", "r"], 0, "help with a registry"),
    ]

    @Test(arguments: usageRows)
    func usage(_ program: Program, _ words: [String], _ status: Int32, _ reason: String) {
        #expect(parse(program, words).usageStatus == status, "\(reason)")
    }

    /// Variables that the scripts use without setting them.
    private static let variableRows: [(Program, [String], [String: String], Int32?, String)] = [
        (.save, [], ["help": "x"], 0, "help counts"),
        (.save, [], ["help": ""], nil, "an empty one is none"),
        (.load, [], ["help": "x"], 1, "the registry is checked before"),
        (.load, [], ["help": "x", "target_registry": "r"], 0, "both"),
        (.load, ["-r", ""], ["target_registry": "r"], 1, "the flag beats the variable"),
        (.load, [], ["target_registry": ""], 1, "an empty registry"),
    ]

    @Test(arguments: variableRows)
    func variables(
        _ program: Program,
        _ words: [String],
        _ environment: [String: String],
        _ status: Int32?,
        _ reason: String
    ) {
        #expect(parse(program, words, environment: environment).usageStatus == status, "\(reason)")
        #expect(
            parsePowerShell(.save, [], environment: environment).usageStatus == nil,
            "the PowerShell scripts have no such variable"
        )
    }

    @Test func theVariableOfTheRegistryIsReported() throws {
        let environment = ["target_registry": "r:5000"]
        let options = try #require(parse(.load, [], environment: environment).options)
        #expect(options.registry == "r:5000")
        #expect(
            options.notices == ["the variable target_registry names the registry, r:5000, as it does in the script"]
        )
        let named = try #require(parse(.load, ["-r", "x"], environment: environment).options)
        #expect(named.registry == "x")
        #expect(named.notices.isEmpty)
        #expect(parse(.save, [], environment: environment).options?.registry == nil)
    }

    private static let versionRows: [(Program, [String], String)] = [
        (Program.save, ["--version"], "a flag of our own"),
        (.load, ["--version"], "it asks for no registry"),
        (.load, ["-h", "--version"], "the scripts do not have it"),
    ]

    @Test(arguments: versionRows)
    func version(_ program: Program, _ words: [String], _ reason: String) {
        #expect(parse(program, words) == .version, "\(reason)")
    }

    private static let windowsVersionsRows: [(String, [String], String)] = [
        ("1809", ["1809"], "one"),
        ("1809,ltsc2022", ["1809", "ltsc2022"], "in order"),
        ("", [], "none"),
        ("1809,", ["1809"], "bash adds nothing after the last comma"),
        ("1809,,", ["1809", ""], "but an empty version between commas counts"),
        (",1809", ["", "1809"], "also at the beginning"),
        (",", [""], "also alone"),
        ("1809, \tltsc2022 ", ["1809", "ltsc2022"], "D11: without spaces"),
        ("1809\nltsc2022", ["1809"], "bash reads one line"),
    ]

    @Test(arguments: windowsVersionsRows)
    func windowsVersions(_ text: String, _ versions: [String], _ reason: String) {
        #expect(
            parse(.load, ["-r", "r", "--windows-versions", text]).options?.windowsVersions == versions,
            "\(reason)"
        )
    }

    @Test func droppedSpacesAreReported() throws {
        let words = ["-r", "r", "--windows-versions", "1809, ltsc2022"]
        let notices = ["the spaces in '1809, ltsc2022', the Windows versions, were dropped"]
        #expect(parse(.load, words + ["--windows-image-list", "w"]).options?.notices == notices)
        #expect(parse(.load, words).options?.notices == [], "without a Windows list the versions are not used")
    }

    @Test func emptyWindowsListIsNone() {
        #expect(parse(.load, ["-r", "r", "--windows-image-list", ""]).options?.windowsImageList == .some(nil))
        #expect(parse(.load, ["-r", "r", "--windows-image-list", "w"]).options?.windowsImageList == "w")
    }
}
