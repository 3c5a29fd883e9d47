import Basics
import ByteIO
import DockerArchive
import DockerEngine
import GraphDriverArchive
import ImageEngine
import ImageModel
import Registry
import RegistryEngine
import ScriptInterface

/// Makes the engine that a run asks for.
struct EngineFactory: Sendable {
    let options: Options
    let environment: [String: String]
    /// What the engine feeds while it works.
    let counters: TransferCounters
    /// What the engine tells of the run.
    let notices: NoticeBook
    let report: RunReport

    /// The engine of a save, its archive open.
    ///
    /// - Parameter lines: gets what the scripts print.
    /// - Throws: where the archive cannot be written, or the engine cannot be had.
    func saveEngine(archive: String, console: Console, lines: Console) async throws -> any SaveEngine {
        switch try await engine(console) {
        case .docker:
            let paths = paths(archive)
            let output: DockerSaver.Output =
                paths.count > 1
                ? .refused(severalFiles(archive, paths.count))
                : .archive(
                    try await output(
                        paths.first ?? archive,
                        continues: false,
                        // PowerShell's script has docker write the file, unless that is in parts.
                        isWrittenInOrder: options.mode == .shell || options.extensions.partSize != nil,
                        console: console
                    )
                )
            let level = options.extensions.compressionLevel
            return DockerSaver(
                runner: runner(lines),
                procedure: options.mode == .shell ? .shell(compressionLevel: level) : .powerShell,
                archive: archive,
                output: output,
                counters: counters,
                chartSubstitute: chartSubstitute(console)
            )
        case .registry(let besideDocker):
            let store = DockerStore(runner: runner(lines))
            let local = besideDocker ? LocalImages(in: store, temporaryFolder: temporaryFolder) : nil
            try refuseReferrersOfOtherFormats()
            let output = try await output(try onePath(archive), continues: true, console: console)
            return try await registrySaver(output, local: local, console: console)
        }
    }

    /// Who moves the images, which the report tells.
    private func engine(_ console: Console) async throws -> EngineChoice.Engine {
        let engine = try await EngineChoice(options, environment: environment).engine(notice: console.remark)
        switch engine {
        case .registry: report.note(engine: "registry")
        case .docker where report.isWanted:
            let finding = try await DockerProbe.ask(environment: environment)
            let version: String? = if case .daemon(let version) = finding { version } else { nil }
            report.note(engine: "docker", dockerVersion: version)
        case .docker: report.note(engine: "docker")
        }
        return engine
    }

    /// The engine that mends an archive, which is open from now on.
    ///
    /// - Throws: where the archive cannot be written.
    func repairEngine(archive: String, tail: ArchiveTail, console: Console) async throws -> any SaveEngine {
        let output = try await onThread { try ArchiveOutput(repairing: archive) }
        let wrapping: TarWrapping = tail.isGzip ? .gzip(level: options.extensions.compressionLevel) : .none
        return RegistrySaver(try await setup(output, wrapping: wrapping, repair: tail, console: console))
    }

    private func setup(
        _ output: ArchiveOutput,
        wrapping: TarWrapping,
        local: LocalImages? = nil,
        repair: ArchiveTail? = nil,
        console: Console
    ) async throws -> SaveSetup {
        SaveSetup(
            client: try await client(console),
            choice: platforms,
            windowsRelease: windowsRelease,
            wrapping: wrapping,
            jobs: jobs,
            output: output,
            temporaryFolder: temporaryFolder,
            local: local,
            reuse: options.extensions.reuse,
            since: options.extensions.since,
            repair: repair,
            chartFile: repair == nil ? chartFile : nil,
            includesReferrers: options.extensions.withReferrers || repair?.hasReferrers == true,
            counters: counters,
            notice: notices.take
        )
    }

    private func registrySaver(
        _ output: ArchiveOutput,
        local: LocalImages?,
        console: Console
    ) async throws -> any SaveEngine & SaveChecker {
        let setup = try await setup(output, wrapping: wrapping, local: local, console: console)
        return switch options.extensions.archiveFormat {
        case .containerd: RegistrySaver(setup)
        case .docker: try GraphDriverSaver(setup, format: .docker)
        case .legacy: try GraphDriverSaver(setup, format: .legacy)
        }
    }

    /// The words that the shell makes of the archive's path, which stands in the scripts without quotes; PowerShell leaves it as it is.
    private func paths(_ archive: String) -> [String] {
        options.mode == .shell ? ShellPath(archive).words : [archive]
    }

    /// The one file that the archive's path stands for.
    private func onePath(_ archive: String) throws(CommandError) -> String {
        let paths = paths(archive)
        guard paths.count <= 1 else { throw CommandError(severalFiles(archive, paths.count)) }
        return paths.first ?? archive
    }

    private func severalFiles(_ archive: String, _ count: Int) -> String {
        "\(archive) stands for \(count) files: name one archive"
    }

    /// - Parameters:
    ///   - continues: whether what is not finished stays for the next run.
    ///   - isWrittenInOrder: whether it is written from the first byte to the last.
    private func output(
        _ archive: String,
        continues: Bool,
        isWrittenInOrder: Bool = false,
        console: Console
    ) async throws -> ArchiveOutput {
        let partSize = options.extensions.partSize
        try refuseToSplitStream(archive)
        let isSummed = options.extensions.checksum || partSize != nil
        let checksum = isSummed ? checksum(of: archive, isWrittenInOrder, console) : nil
        guard checksum == nil || !File.isStream(archive) else {
            throw CommandError(
                "--checksum needs a file to stand beside: name one with --images, or send the stream through sha256sum"
            )
        }
        if File.isStandardOutput(archive) {
            return ArchiveOutput(stream: try File(duplicating: console.output.descriptor, path: console.output.path))
        }
        counters.enter(.opening)
        defer { counters.enter(nil) }
        do {
            let isFresh = options.extensions.fresh
            // A pipe is open when somebody reads it.
            return try await onThread {
                try ArchiveOutput(
                    path: archive,
                    partSize: partSize,
                    continues: continues,
                    isFresh: isFresh,
                    checksum: checksum
                )
            }
        } catch let error as FileError {
            throw CommandError("cannot write \(archive): \(systemMessage(error.code)); nothing was pulled")
        }
    }

    private func checksum(of archive: String, _ isWrittenInOrder: Bool, _ console: Console) -> ArchiveChecksum {
        ArchiveChecksum(
            of: archive,
            partSize: options.extensions.partSize,
            isWrittenInOrder
                ? .whileWriting
                : .byReading {
                    console.remark("reading \(archive) once more for its checksum, \(ByteCount($0))")
                }
        )
    }

    /// The engine of a load.
    ///
    /// - Throws: where the engine cannot be had.
    func loadEngine(archive: String, console: Console) async throws -> any LoadEngine {
        switch try await engine(console) {
        case .docker:
            // What is wrong with the daemon's file is for docker to tell.
            let hosts = insecureHosts(DaemonConfiguration(environment: environment) { _ in })
            let locations = ArchiveLocation.all(of: options.archives)
            if locations.count > 1 {
                console.remark(
                    "of several --images docker loads the last, \(archive), as in the script: --engine registry loads all"
                )
            }
            return DockerLoader(
                runner: runner(console),
                archive: paths(archive),
                parts: (locations.count == 1 ? locations : [ArchiveLocation(archive)]).first { $0.isInParts },
                // The daemon takes this machine's own registries for such too.
                isInsecure: { Authority($0)?.isLoopback == true ? true : await hosts.contains($0) },
                counters: counters,
                chartSubstitute: chartSubstitute(console)
            )
        case .registry:
            guard !archive.isEmpty else {
                throw CommandError("no archive is named: give --images the path of the file to load")
            }
            return try await registryLoader(archive, console: console)
        }
    }

    /// Where charts are written beside the archive; PowerShell's script has no charts.
    private var chartFile: (@Sendable (ImageName) -> String)? {
        guard options.mode == .shell else { return nil }
        return { name in Chart(name.text).file }
    }

    /// What moves charts where neither docker nor helm can (D13); `nil` where docker is named, which is then told as in the scripts.
    private func chartSubstitute(_ console: Console) -> ChartSubstitute? {
        guard options.extensions.engine != .docker else { return nil }
        return {
            console.remark(
                "docker has no containerd image store, and there is no helm 3.8 or later: the charts are moved without them"
            )
            let client = try await client(console)
            return RegistryCharts(
                client: client,
                projects: projects(client),
                counters: counters,
                notice: notices.take
            )
        }
    }

    /// Makes what the registry wants to be there before the first push, if that is wanted.
    private func projects(_ client: RegistryClient) -> ProjectMaker? {
        options.extensions.createsProjects
            ? ProjectMaker(client: client, aws: AWSAccess(environment: environment)) : nil
    }

    /// Where the archives lie that a load names.
    private func locations(_ archive: String) throws(CommandError) -> [ArchiveLocation] {
        var paths: [String] = []
        for archive in options.archives.count > 1 ? options.archives : [archive] { paths.append(try onePath(archive)) }
        return ArchiveLocation.all(of: paths)
    }

    private func registryLoader(_ archive: String, console: Console) async throws -> RegistryLoader {
        let locations = try locations(archive)
        let client = try await client(console)
        return RegistryLoader(
            archives: locations,
            client: client,
            jobs: jobs,
            temporaryFolder: temporaryFolder,
            projects: projects(client),
            counters: counters,
            notice: notices.take
        )
    }

    // MARK: Looking without moving

    /// What finds out what a save would come to. It asks the registries itself, whatever engine the save would have.
    ///
    /// - Throws: where the archive could not be written.
    func saveChecker(archive: String, console: Console) async throws -> any SaveChecker {
        tellOfChecks(console)
        let isDockerThere = options.mode == .shell && DockerProbe.isInstalled(environment: environment)
        let store = isDockerThere ? DockerStore(runner: runner(console)) : nil
        let local = store.map { LocalImages(in: $0, temporaryFolder: temporaryFolder) }
        let path = try onePath(archive)
        try refuseReferrersOfOtherFormats()
        try refuseToSplitStream(path)
        let output: ArchiveOutput
        do {
            output = try ArchiveOutput(
                examining: path,
                partSize: options.extensions.partSize,
                isFresh: options.extensions.fresh
            )
        } catch let error as FileError {
            throw CommandError("cannot write \(archive): \(systemMessage(error.code))")
        }
        return try await registrySaver(output, local: local, console: console)
    }

    /// What finds out what a load would come to. It asks the registry itself, whatever engine the load would have.
    func loadChecker(archive: String, console: Console) async throws -> any LoadChecker {
        tellOfChecks(console)
        return try await registryLoader(archive, console: console)
    }

    /// What tells what an archive holds.
    func lister(archive: String, console: Console) throws -> ArchiveLister {
        ArchiveLister(
            try locations(archive),
            temporaryFolder: temporaryFolder,
            counters: counters,
            notice: notices.take
        )
    }

    private func refuseReferrersOfOtherFormats() throws(CommandError) {
        guard options.extensions.withReferrers, options.extensions.archiveFormat != .containerd else { return }
        throw CommandError(
            "--with-referrers needs --archive-format containerd: signatures are of the manifests that the registry has, and the"
                + " other formats have manifests of their own"
        )
    }

    private func refuseToSplitStream(_ archive: String) throws(CommandError) {
        guard options.extensions.partSize != nil, File.isStream(archive) else { return }
        throw CommandError("--split needs files: name one with --images, or send the stream through split")
    }

    private func tellOfChecks(_ console: Console) {
        guard options.extensions.engine == .docker else { return }
        console.remark("--check asks the registries itself, also where docker moves the images")
    }

    private func runner(_ console: Console) -> CommandRunner {
        CommandRunner(
            environment: environment,
            streams: CommandStreams(
                output: console.output,
                errors: console.passOn,
                willLendOutput: console.lendOutput,
                didTakeOutputBack: console.takeOutputBack
            )
        )
    }

    /// The release that PowerShell mode puts behind the names, if its build is known.
    private var windowsRelease: WindowsRelease? {
        options.mode == .powerShell ? options.osReleaseID.flatMap { WindowsRelease($0) } : nil
    }

    /// Which images are wanted: those for Windows of the release in the names.
    private var platforms: PlatformChoice {
        guard let release = windowsRelease, case .platforms(let platforms) = options.extensions.platforms else {
            return options.extensions.platforms
        }
        return .platforms(
            platforms.map { $0.os == release.platform.os && $0.architecture == "amd64" ? release.platform : $0 }
        )
    }

    /// PowerShell's script has docker write the archive, which is then a plain tar, whatever it is called.
    private var wrapping: TarWrapping {
        options.mode == .powerShell ? .none : .gzip(level: options.extensions.compressionLevel)
    }

    /// Where an archive is unpacked that has to be, and where layers wait that go into a stream.
    private var temporaryFolder: String {
        environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }
}
