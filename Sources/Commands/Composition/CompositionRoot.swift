import CommandLine
import Engine
import Glibc
import OCI
import SystemIO

/// Creates the engines of a run from its options.
struct CompositionRoot: Sendable {
    let options: Options
    let environment: Environment
    /// The counters that the engines update.
    let counters: TransferCounters
    /// The notices of the engines.
    let notices: NoticeAggregator
    let report: RunReport
    let console: Console

    /// Chooses the engine, and reports the choice unless it is ``EngineChoice/Engine/dockerIfThere``.
    func engine() throws -> EngineChoice.Engine {
        let engine = try EngineChoice(options, environment: environment).engine(notice: console.remark)
        switch engine {
        case .registry: report.note(engine: "registry")
        case .docker: report.note(engine: "docker")
        case .dockerIfThere: break
        }
        return engine
    }

    /// Reports that the registry engine takes over from docker.
    func noteRegistry(_ reason: String) {
        report.note(engine: "registry")
        console.remark(EngineChoice.registrySentence(reason))
    }

    /// Prints that a check does not use docker.
    func noteCheck() {
        guard options.extensions.engine == .docker else { return }
        console.remark("--check asks the registries itself, also where docker moves the images")
    }

    /// The path of the archive.
    var archive: String { options.images ?? "" }

    /// Expands a path of an archive as the shell does, since the scripts do not quote it. PowerShell does not expand it.
    func paths(_ archive: String) -> [String] {
        options.mode == .shell ? ShellPath(archive).arguments : [archive]
    }

    /// Expands a path of an archive to one file.
    func onePath(_ archive: String) throws(CommandError) -> String {
        let paths = paths(archive)
        guard paths.count <= 1 else { throw CommandError(severalFiles(archive, paths.count)) }
        return paths.first ?? archive
    }

    func severalFiles(_ archive: String, _ count: Int) -> String {
        "\(archive) stands for \(count) files: name one archive"
    }

    /// The number of concurrent blob transfers: by default enough to use all cores and a distant registry.
    var jobs: Int {
        options.extensions.jobs ?? max(4, min(2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)), 16))
    }

    /// The release in the names of PowerShell mode, if its build is known.
    var windowsRelease: WindowsRelease? {
        options.mode == .powerShell ? options.osReleaseID.flatMap { WindowsRelease($0) } : nil
    }

    /// The platforms to save. Windows platforms get the release in the names.
    var platforms: PlatformChoice {
        guard let release = windowsRelease, case .platforms(let platforms) = options.extensions.platforms else {
            return options.extensions.platforms
        }
        return .platforms(
            platforms.map { $0.os == release.platform.os && $0.architecture == "amd64" ? release.platform : $0 }
        )
    }

    /// The directory for unpacked archives and for layers that wait to be written to a stream.
    var temporaryDirectory: String { environment.temporaryDirectory }
}
