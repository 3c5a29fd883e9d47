import CommandLine

// The differences of older releases, as far as the executables share them.

extension ListedDifference {
    static func ofRelease(_ script: OfficialScript) -> [ListedDifference] {
        guard !script.isPowerShell else { return [] }
        return (script.hasCharts ? [] : [withoutCharts, savesNothing, endsAsItsLastCommand])
            + (script.hasSourceRegistry ? [] : [usageWithoutSourceRegistry])
    }

    /// Before v2.13.8 and v2.14.4 docker is not asked whether it handles charts.
    private static let withoutCharts = ListedDifference(
        name: "a release without charts",
        taken: { account, given in
            guard !account.isUsage, given.docker != nil, given.names.contains(where: \.isChart) else { return }
            let variables = (given.logsVariables ?? []).compactMap { name in given.env[name].map { "\(name)=\($0)" } }
            account.calls.insert(variables + ["docker", "info"], at: 0)
            account.statuses.insert(0, at: 0)
        }
    )

    /// Before v2.13.8 and v2.14.4 the archive is created even if no image was pulled.
    private static let savesNothing = ListedDifference(
        name: "a release that saves no images too",
        taken: { account, given in
            guard !given.isLoad, let archive = ScriptFlags(given).images else { return }
            guard account.calls.last?.suffix(2) == ["docker", "save"] else { return }
            account.stdout = account.stdout.replacing(
                ScriptLines.creating(archive, count: 0) + "\n",
                with: ScriptLines.skipping(archive) + "\n"
            )
            account.calls.removeLast()
            account.statuses.removeLast()
            account.files[Case.key(archive)] = nil
        }
    )

    /// Before v2.13.8 and v2.14.4 nothing comes after the images.
    private static let endsAsItsLastCommand = ListedDifference(
        name: "a release that ends as its last command",
        taken: { account, _ in if account.exit == account.statuses.last { account.exit = 0 } }
    )

    /// Before v2.7.0.
    private static let usageWithoutSourceRegistry = ListedDifference(
        name: "a release without --source-registry",
        taken: { account, given in
            guard given.isLoad, account.isUsage else { return }
            let usage = ScriptLines.usage(.load, .shell, programName: "./" + given.script)
            let withoutFlag = usage.replacing(" [--source-registry index.docker.io]", with: "")
            account.stdout = account.stdout.replacing(withoutFlag, with: usage)
        }
    )
}
