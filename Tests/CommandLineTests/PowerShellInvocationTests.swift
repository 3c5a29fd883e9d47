import CommandLine
import OCI
import Testing

@Suite(.timeLimit(.minutes(2))) struct PowerShellInvocationTests {
    @Test func defaults() throws {
        let options = try #require(parsePowerShell(.save, []).options)
        #expect(options.mode == .powerShell)
        #expect(options.imageList == "rancher-windows-images.txt")
        #expect(options.images == "rancher-windows-images.tar.gz")
        #expect(options.sourceRegistry == nil)
        #expect(options.osReleaseID == "1809")
        #expect(options.windowsVersions == [])
    }

    private static let valuesOfTheListRows: [([String], String?, String)] = [
        (["-l", "a", "-l", "b"], "a", "read from the last to the first, so the first one wins"),
        (["-l", "a", "b"], "a", "the first argument after the flag"),
        (["-L", "a"], "a", "in any case"),
        (["--Image-LIST", "a"], "a", "in any case"),
        (["-l", "a", "--frobnicate"], "a", "an unknown flag is dropped"),
        (["-l", "--frobnicate", "a"], "--frobnicate", "an unknown flag is a value like any other"),
        (["-l", "-r", "a"], "-r", "-r is unknown to save"),
        (["-l", "--dry-run"], "--dry-run", "not built, so unknown"),
        (["--image-list=a"], "rancher-windows-images.txt", "an unknown argument"),
        (["-l", ""], "", "an empty argument is a value"),
        (["-l"], nil, "a missing value is null"),
        (["-l", "-i", "a"], nil, "a flag is never a value"),
        (["-l", "--strict", "a"], nil, "nor is one of our own; the arguments after it belong to no flag"),
        (["-l", "-l", "b"], nil, "the first one wins, even without a value"),
    ]

    @Test(arguments: valuesOfTheListRows)
    func valuesOfTheList(_ words: [String], _ list: String?, _ reason: String) {
        #expect(parsePowerShell(.save, words).options?.imageList == .some(list), "\(reason)")
    }

    private static let releaseIDRows: [([String], String?, String)] = [
        (["-o", "ltsc2022"], "ltsc2022", "given"),
        (["-o"], nil, "null, which adds nothing to a name"),
        (["-o", "", "x"], "", "empty, the same"),
    ]

    @Test(arguments: releaseIDRows)
    func releaseID(_ words: [String], _ id: String?, _ reason: String) {
        #expect(parsePowerShell(.save, words).options?.osReleaseID == .some(id), "\(reason)")
    }

    @Test func aFlagOfPowerShellAloneIsEnough() {
        let options = parse(.save, ["-L", "list.txt", "-o", "ltsc2022"]).options
        #expect(options?.mode == .powerShell)
        #expect(options?.imageList == "list.txt")
        #expect(options?.osReleaseID == "ltsc2022")
    }

    private static let usageRows: [(Program, [String], Int32, String, String)] = [
        (Program.save, ["-H"], 0, "USAGE: ", "in any case"),
        (.load, ["--help"], 0, "USAGE: ", "help comes before a missing registry"),
        (.save, ["-h", "--jobs", "0"], 0, "USAGE: ", "and before the values of our own flags"),
        (.save, ["-h", "--version"], 0, "USAGE: ", "and before the version"),
        (.load, [], 1, "Registry address is required\nUSAGE: ", "no registry"),
        (.load, ["-r"], 1, "Registry address is required\nUSAGE: ", "null is no registry"),
        (.load, ["-r", ""], 1, "Registry address is required\nUSAGE: ", "nor is an empty one"),
        (.load, ["--jobs", "0"], 1, "Registry address is required\nUSAGE: ", "before the values of our own flags"),
    ]

    @Test(arguments: usageRows)
    func usage(_ program: Program, _ words: [String], _ status: Int32, _ beginning: String, _ reason: String) {
        guard case .usage(let text, let found, _) = parsePowerShell(program, words) else {
            Issue.record("not usage: \(reason)")
            return
        }
        #expect(found == status, "\(reason)")
        #expect(text.hasPrefix(beginning), "\(reason)")
    }

    @Test func versionNeedsNoRegistry() {
        #expect(parsePowerShell(.load, ["--VERSION"]) == .version)
    }

    @Test func extensionsAreParsedInTheSameWay() throws {
        let words = [
            "--jobs", "4", "x", "--STRICT", "--jobs", "5", "--platform", "linux/arm64", "--platform", "windows/amd64",
        ]
        let extensions = try #require(parsePowerShell(.save, words).options?.extensions)
        #expect(extensions.jobs == 4)
        #expect(extensions.strict)
        #expect(extensions.platforms == .platforms([.linux("arm64"), .windows("amd64")]))
    }
}
