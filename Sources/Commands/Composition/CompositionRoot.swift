import Charts
import CommandLine
import DockerEngine
import Engine
import ImageArchive
import OCI
import Registry
import RegistryEngine
import SystemIO

/// Makes the engine that a run asks for.
struct CompositionRoot: Sendable {
    let options: Options
    let environment: Environment
    /// What the engine feeds while it works.
    let counters: TransferCounters
    /// What the engine tells of the run.
    let notices: NoticeAggregator
    let report: RunReport

    /// The engine of a save, its archive open.
    ///
    /// - Parameter lines: gets what the scripts print.
    /// - Throws: where the archive cannot be written, or the engine cannot be had.
    func saveEngine(archive: String, console: Console, lines: Console) async throws -> any SaveEngine {
        switch try engine(console) {
        case .docker:
            let output = try await dockerOutput(archive, console)
            return dockerSaver(archive, console, runner(lines)) { output }
        case .dockerIfThere:
            // Nothing is opened yet, but what cannot be opened is told before anything is pulled.
            try examine(archive)
            let docker = dockerSaver(archive, console, runner(lines, choosingEngine: console)) {
                try await dockerOutput(archive, console)
            }
            return AutoSaver(docker: docker) { reason, besideDocker in
                noteRegistry(reason, console)
                return try await registrySaver(archive, besideDocker: besideDocker, console: console, lines: lines)
            }
        case .registry(let besideDocker):
            return try await registrySaver(archive, besideDocker: besideDocker, console: console, lines: lines)
        }
    }

    private func registrySaver(
        _ archive: String,
        besideDocker: Bool,
        console: Console,
        lines: Console
    ) async throws -> any SaveEngine {
        let store = DockerStore(runner: runner(lines))
        let local = besideDocker ? LocalImages(in: store, temporaryDirectory: temporaryDirectory) : nil
        try refuseReferrersOfOtherFormats()
        let output = try await output(try onePath(archive), continues: true, console: console)
        return try await registrySaver(output, local: local, console: console)
    }

    /// Makes sure that an archive can be written, without a trace.
    private func examine(_ archive: String) throws {
        let paths = paths(archive)
        guard paths.count <= 1 else { return }
        let path = paths.first ?? archive
        try refuseToSplitStream(path)
        try refuseToSumStream(path)
        do {
            _ = try ArchiveOutput(examining: path, partSize: options.extensions.partSize, isFresh: true)
        } catch let error as FileError {
            throw Self.notWritten(path, error)
        }
    }

    private static func notWritten(_ archive: String, _ error: FileError) -> CommandError {
        CommandError("cannot write \(archive): \(systemMessage(error.code)); nothing was pulled")
    }

    private func refuseToSumStream(_ archive: String) throws(CommandError) {
        guard options.extensions.checksum || options.extensions.partSize != nil, File.isStream(archive) else { return }
        throw CommandError(
            "--checksum needs a file to stand beside: name one with --images, or send the stream through sha256sum"
        )
    }

    /// Who moves the images, which the report tells; of ``EngineChoice/Engine/dockerIfThere`` it is told later.
    private func engine(_ console: Console) throws -> EngineChoice.Engine {
        let engine = try EngineChoice(options, environment: environment).engine(notice: console.remark)
        switch engine {
        case .registry: report.note(engine: "registry")
        case .docker: report.note(engine: "docker")
        case .dockerIfThere: break
        }
        return engine
    }

    /// Notes that the registry engine takes over from docker.
    private func noteRegistry(_ reason: String, _ console: Console) {
        report.note(engine: "registry")
        console.remark(EngineChoice.registrySentence(reason))
    }

    /// The repair of an archive. The archive is only read until its repaired copy is complete.
    func repair(of survey: ArchiveSurvey, console: Console) async throws -> ArchiveRepair {
        let client = try await client(console)
        return ArchiveRepair(
            of: survey,
            client: client,
            choice: platforms,
            counters: counters,
            notice: notices.take
        ) {
            let isFresh = options.extensions.fresh
            let isSummed = File.exists(ChecksumName.path(of: survey.path))
            let checksum = ArchiveChecksum(of: survey.path, partSize: survey.partSize, .byReading { _ in })
            let output = try await onThread {
                try ArchiveOutput(
                    repairing: survey.path,
                    partSize: survey.partSize,
                    isFresh: isFresh,
                    checksum: isSummed ? checksum : nil
                )
            }
            let wrapping: OuterCompression =
                survey.isGzip ? .gzip(level: options.extensions.compressionLevel) : .none
            return try await setup(output, wrapping: wrapping, client: client, console: console)
        }
    }

    private func setup(
        _ output: ArchiveOutput,
        wrapping: OuterCompression,
        local: LocalImages? = nil,
        client: RegistryClient? = nil,
        console: Console
    ) async throws -> SaveSetup {
        let client = if let client { client } else { try await self.client(console) }
        var setup = SaveSetup(
            client: client,
            choice: platforms,
            wrapping: wrapping,
            jobs: jobs,
            output: output,
            temporaryDirectory: temporaryDirectory,
            counters: counters,
            notice: notices.take
        )
        setup.windowsRelease = windowsRelease
        setup.local = local
        setup.reuse = options.extensions.reuse
        setup.since = options.extensions.since
        setup.chartFile = chartFile
        setup.includesReferrers = options.extensions.withReferrers
        return setup
    }

    private func registrySaver(
        _ output: ArchiveOutput,
        local: LocalImages?,
        console: Console
    ) async throws -> any SaveEngine {
        let setup = try await setup(output, wrapping: wrapping, local: local, console: console)
        return switch options.extensions.archiveFormat {
        case .containerd: RegistrySaver(setup)
        case .docker: try GraphDriverSaver(setup, format: .docker)
        case .legacy: try GraphDriverSaver(setup, format: .legacy)
        }
    }

    /// The words that the shell makes of the archive's path, which stands in the scripts without quotes; PowerShell leaves it as it is.
    func paths(_ archive: String) -> [String] {
        options.mode == .shell ? ShellPath(archive).arguments : [archive]
    }

    /// The one file that the archive's path stands for.
    private func onePath(_ archive: String) throws(CommandError) -> String {
        let paths = paths(archive)
        guard paths.count <= 1 else { throw CommandError(severalFiles(archive, paths.count)) }
        return paths.first ?? archive
    }

    func severalFiles(_ archive: String, _ count: Int) -> String {
        "\(archive) stands for \(count) files: name one archive"
    }

    /// - Parameters:
    ///   - continues: whether what is not finished stays for the next run.
    ///   - isWrittenInOrder: whether it is written from the first byte to the last.
    func output(
        _ archive: String,
        continues: Bool,
        isWrittenInOrder: Bool = false,
        console: Console
    ) async throws -> ArchiveOutput {
        let partSize = options.extensions.partSize
        try refuseToSplitStream(archive)
        let isSummed = options.extensions.checksum || partSize != nil
        let checksum = isSummed ? checksum(of: archive, isWrittenInOrder, console) : nil
        try refuseToSumStream(archive)
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
            throw Self.notWritten(archive, error)
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
        switch try engine(console) {
        case .docker:
            return dockerLoader(archive, console, runner(console))
        case .dockerIfThere:
            let docker = dockerLoader(archive, console, runner(console, choosingEngine: console))
            return AutoLoader(docker: docker) { reason, _ in
                noteRegistry(reason, console)
                return try await namedRegistryLoader(archive, console: console)
            }
        case .registry:
            return try await namedRegistryLoader(archive, console: console)
        }
    }

    private func namedRegistryLoader(_ archive: String, console: Console) async throws -> RegistryLoader {
        _ = try options.archive(to: "load")
        return try await registryLoader(archive, console: console)
    }

    /// Where charts are written beside the archive; PowerShell's script has no charts.
    private var chartFile: (@Sendable (ImageName) -> String)? {
        guard options.mode == .shell else { return nil }
        return { name in ChartReference(name.text).file }
    }

    /// Makes what the registry wants to be there before the first push, if that is wanted.
    func projects(_ client: RegistryClient) -> RepositoryProvisioner? {
        options.extensions.createsProjects
            ? RepositoryProvisioner(client: client, aws: AWSCredentials(environment: environment)) : nil
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
            temporaryDirectory: temporaryDirectory,
            projects: projects(client),
            counters: counters,
            notice: notices.take
        )
    }

    // MARK: Looking without moving

    /// Returns the engine for a dry run of a save, which is the registry engine whatever engine the save would use.
    ///
    /// - Throws: if the archive cannot be written.
    func saveDryRun(archive: String, console: Console) async throws -> any SaveEngine {
        tellOfChecks(console)
        let isDockerThere = options.mode == .shell && ChildProcess.isInstalled("docker", environment: environment)
        let store = isDockerThere ? DockerStore(runner: runner(console)) : nil
        let local = store.map { LocalImages(in: $0, temporaryDirectory: temporaryDirectory) }
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

    /// Returns the loader for `--check`, which uses the registry engine, also if docker would load the archive.
    func loadChecker(archive: String, console: Console) async throws -> RegistryLoader {
        tellOfChecks(console)
        return try await registryLoader(archive, console: console)
    }

    /// What tells what an archive holds.
    func lister(archive: String, console: Console) throws -> ArchiveLister {
        ArchiveLister(
            try locations(archive),
            temporaryDirectory: temporaryDirectory,
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
    private var wrapping: OuterCompression {
        options.mode == .powerShell ? .none : .gzip(level: options.extensions.compressionLevel)
    }

    /// Where an archive is unpacked that has to be, and where layers wait that go into a stream.
    private var temporaryDirectory: String {
        environment.temporaryDirectory
    }
}
