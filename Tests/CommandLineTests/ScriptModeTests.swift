import CommandLine
import Testing

@Suite(.timeLimit(.minutes(2))) struct ScriptModeTests {
    private static let nameDecidesRows: [(String, ScriptMode, String)] = [
        ("rancher-save-images", ScriptMode.shell, "no ending"),
        ("./rancher-save-images.sh", .shell, "the script's own name"),
        ("/opt/x.ps1/anything", .shell, "only the last part of the path counts"),
        ("ps1", .shell, "an ending has a dot"),
        ("rancher-save-images.ps1", .powerShell, "the script's own name"),
        ("./bin/Save.PS1", .powerShell, "PowerShell takes the ending in any case"),
    ]

    @Test(arguments: nameDecidesRows)
    func nameDecides(_ name: String, _ mode: ScriptMode, _ reason: String) {
        #expect(ScriptMode(programName: name, arguments: [], program: .save) == mode, "\(reason)")
    }

    private static let flagDecidesRows: [([String], ScriptMode, String)] = [
        (["-o", "ltsc2022"], ScriptMode.powerShell, "no shell script has it"),
        (["-l", "x", "--os-release-id"], .powerShell, "after another flag and its value"),
        (["-l", "-o"], .shell, "it is the value of -l"),
        (["--jobs", "-o"], .shell, "it is the value of a flag that the scripts do not have"),
        (["--strict", "-o"], .powerShell, "--strict has no value"),
        (["-h", "-o"], .powerShell, "-h has no value"),
        (["unknown", "-o", "1809"], .powerShell, "an argument that is no flag has no value"),
        (["-O", "1809"], .shell, "shell mode is strict about the case"),
        (["-r", "-o"], .powerShell, "-r is no flag of save, so it has no value"),
    ]

    @Test(arguments: flagDecidesRows)
    func flagDecides(_ arguments: [String], _ mode: ScriptMode, _ reason: String) {
        #expect(
            ScriptMode(programName: "rancher-save-images", arguments: arguments, program: .save) == mode,
            "\(reason)"
        )
    }

    @Test func valuesAreThoseOfTheProgramsFlags() {
        #expect(ScriptMode(programName: "load", arguments: ["--windows-image-list", "-o"], program: .load) == .shell)
    }
}
