import FoundationEssentials
import SystemIO
import TestSupport

/// PowerShell 7, as the recordings were made with it.
final class PowerShell: Sendable {
    /// Whether there is one that can run the scripts.
    enum Finding: Sendable {
        /// There is.
        case found(PowerShell)
        /// There is none, for this reason.
        case none(String)
    }

    /// The arguments before the script's name.
    var command: [String] { [path, "-NonInteractive", "-File"] }

    /// The variables with the location of the profile, and of .NET if it is not in its default location.
    var variables: [String: String] {
        ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("DOTNET_") }
            .merging(
                [
                    "XDG_CONFIG_HOME": directory.path, "POWERSHELL_TELEMETRY_OPTOUT": "1",
                    "POWERSHELL_UPDATECHECK": "Off",
                    "NO_COLOR": "1",
                ]
            ) { $1 }
    }

    private let path: String
    private let directory: TemporaryDirectory

    /// A profile with the release ID of the machine, which the scripts read from the registry of Windows.
    private static let profile = """
        function global:Get-ItemProperty {
            $id = [pscustomobject]@{ ReleaseId = '1809' }
            if ("$args" -match 'HKLM:') { return $id }
            Microsoft.PowerShell.Management\\Get-ItemProperty @args
        }
        function global:Get-ItemPropertyValue {
            if ("$args" -match 'HKLM:') { return '1809' }
            Microsoft.PowerShell.Management\\Get-ItemPropertyValue @args
        }

        """

    private init(_ path: String) throws {
        self.path = path
        directory = try TemporaryDirectory()
        try directory.write(Self.profile, to: "powershell/profile.ps1")
    }

    /// Looks for `pwsh` in the directories of `PATH`, and tries it with a script that prints its version and the release ID.
    static func find(_ environment: [String: String] = ProcessInfo.processInfo.environment) async throws -> Finding {
        let directories = (environment["PATH"] ?? "").split(separator: ":")
        guard
            let path = directories.map({ "\($0)/pwsh" })
                .first(where: { FileManager.default.isExecutableFile(atPath: $0) })
        else {
            return .none("pwsh is not installed: install PowerShell 7")
        }
        let powerShell = try PowerShell(path)
        if let reason = try await powerShell.whyNot(environment) { return .none(reason) }
        return .found(powerShell)
    }

    /// Returns the reason why the scripts cannot be run with it, or `nil` if they can.
    private func whyNot(_ environment: [String: String]) async throws -> String? {
        let script = try directory.write(
            "echo \"version $($PSVersionTable.PSVersion)\"\necho \"release $(Get-ItemPropertyValue 'HKLM:\\' ReleaseId)\"\n",
            to: "try.ps1"
        )
        let outcome: ChildProcess.Outcome
        do {
            outcome = try await ChildProcess.run(
                command + [script],
                environment: environment.merging(variables) { $1 },
                output: .keep(last: 4 << 10),
                timeLimit: .seconds(60)
            )
        } catch let error as ChildProcessError {
            return "\(path) cannot be run: \(error)"
        }
        let lines = String(decoding: outcome.output, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard outcome.status.isSuccess, let version = lines.first?.split(separator: " ").last else {
            let words = String(decoding: outcome.errors + outcome.output, as: UTF8.self)
                .split(whereSeparator: \.isNewline)
            let last = words.last.map { ": \($0)" } ?? " without a message"
            return "\(path) ran no script (exit status \(outcome.status.shellStatus))\(last)"
        }
        guard let major = Int(version.prefix { $0 != "." }), major >= 7 else {
            return "\(path) is PowerShell \(version): install PowerShell 7"
        }
        guard lines.last == "release 1809" else {
            return
                "\(path) did not read the profile below XDG_CONFIG_HOME, without which the scripts find no release id:"
                + " is it a wrapper that changes this variable?"
        }
        return nil
    }
}
