import ChildProcess
import FoundationEssentials
import TestSupport

/// PowerShell 7, as the recordings were made with it.
final class PowerShell: Sendable {
    /// The words before the script's name.
    let command = ["pwsh", "-NonInteractive", "-File"]

    /// Variables that make it read the profile.
    var variables: [String: String] {
        ["XDG_CONFIG_HOME": folder.path, "POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off"]
    }

    private let folder: TemporaryFolder

    /// What the scripts ask the registry of Windows for, and Linux cannot tell: the release id of the machine.
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

    /// - Returns: `nil` where it is not installed.
    init?() throws {
        guard ChildProcess.isInstalled("pwsh", environment: ProcessInfo.processInfo.environment) else { return nil }
        folder = try TemporaryFolder()
        try folder.write(Self.profile, to: "powershell/profile.ps1")
    }
}
