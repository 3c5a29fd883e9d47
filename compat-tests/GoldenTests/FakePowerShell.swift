import FoundationEssentials
import TestSupport

/// A fake for `pwsh`: it logs its calls, prints its version for the runner's query, and runs any
/// other script with bash.
struct FakePowerShell {
    private let directory: TemporaryDirectory

    /// Makes the fake.
    ///
    /// - Parameter answer: lines of shell that replace the answer to the runner's query.
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

    /// The answer of PowerShell 7 with the profile.
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

    /// Returns the arguments of each call, and whether it had a profile.
    func calls() throws -> [String] {
        try directory.text("calls").split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
    }
}
