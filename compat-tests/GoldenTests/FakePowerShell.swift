import FoundationEssentials
import TestSupport

/// A fake for `pwsh`: it keeps a log of how it is called, tells its version as the runner asks for it, and has bash run any
/// other script.
struct FakePowerShell {
    private let directory: TemporaryDirectory

    /// Makes the fake.
    ///
    /// - Parameter answer: lines of shell that take the place of the answer to the runner's question.
    init(answer: String = Self.answer) throws {
        directory = try TemporaryDirectory()
        try directory.write(
            """
            #!/bin/bash
            { printf '%s\\n' "$*" "${XDG_CONFIG_HOME:+profile}"; } >>'\(directory.path("calls"))'
            case "$3" in
            */try.ps1)
            \(answer)
            ;;
            esac
            shift 2
            exec bash "$@"

            """,
            to: "bin/pwsh"
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path("bin/pwsh"))
    }

    /// What PowerShell 7 answers where it has read the profile.
    static let answer = """
        echo "version 7.4.6"
        grep -q ReleaseId "$XDG_CONFIG_HOME/powershell/profile.ps1" && echo "release 1809"
        exit
        """

    /// The environment of a runner that finds it.
    var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = directory.path("bin") + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        return environment
    }

    /// Its path.
    var path: String { directory.path("bin/pwsh") }

    /// How it was called: the words of each call, and whether it had a profile.
    func calls() throws -> [String] {
        try directory.text("calls").split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
    }
}
