import Charts
import CommandLine
import DockerEngine
import Engine
import ImageArchive
import Registry
import RegistryEngine
import SystemIO

extension CompositionRoot {
    /// Returns the engine of a save, with an open archive.
    ///
    /// - Parameter lines: prints the scripts' lines.
    func saveEngine(lines: Console) async throws -> any SaveEngine {
        switch try engine() {
        case .docker:
            let output = try await dockerOutput()
            return dockerSaver(runner(lines)) { output }
        case .dockerIfThere:
            // The archive is opened later, but errors are reported before images are pulled.
            try verifyWritable()
            return AutoSaver(docker: dockerSaver(runner(lines, choosesEngine: true), output: dockerOutput)) {
                reason,
                alongsideDocker in
                noteRegistry(reason)
                return try await registrySaver(alongsideDocker: alongsideDocker, lines: lines)
            }
        case .registry(let alongsideDocker):
            return try await registrySaver(alongsideDocker: alongsideDocker, lines: lines)
        }
    }

    /// Returns the engine for a dry run of a save, which is the registry engine, also if docker would save the images.
    func saveDryRun() async throws -> any SaveEngine {
        noteCheck()
        let hasDocker = options.mode == .shell && ChildProcess.isInstalled("docker", environment: environment)
        let path = try onePath(archive)
        try refuseReferrersOfOtherFormats()
        try refuseStream(path)
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
        return try await registrySaver(output, local: hasDocker ? localImages(console) : nil)
    }

    /// Returns the repair of an archive, which only reads the archive until its repaired copy is complete.
    func repair(of survey: ArchiveSurvey) async throws -> ArchiveRepair {
        let client = try await client()
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
            let compression: OuterCompression =
                survey.isGzip ? .gzip(level: options.extensions.compressionLevel) : .none
            return setup(output, compression, local: nil, client: client)
        }
    }

    // MARK: The registry engine

    private func registrySaver(alongsideDocker: Bool, lines: Console) async throws -> any SaveEngine {
        try refuseReferrersOfOtherFormats()
        let output = try await output(try onePath(archive), continues: true)
        return try await registrySaver(output, local: alongsideDocker ? localImages(lines) : nil)
    }

    private func registrySaver(
        _ output: ArchiveOutput,
        local: LocalImages?
    ) async throws -> any SaveEngine {
        // PowerShell's script lets docker write the archive, which is a plain tar whatever its name.
        let compression: OuterCompression =
            options.mode == .powerShell ? .none : .gzip(level: options.extensions.compressionLevel)
        let setup = setup(output, compression, local: local, client: try await client())
        return switch options.extensions.archiveFormat {
        case .containerd: RegistrySaver(setup)
        case .docker: try GraphDriverSaver(setup, format: .docker)
        case .legacy: try GraphDriverSaver(setup, format: .legacy)
        }
    }

    private func setup(
        _ output: ArchiveOutput,
        _ compression: OuterCompression,
        local: LocalImages?,
        client: RegistryClient
    ) -> SaveSetup {
        var setup = SaveSetup(
            client: client,
            choice: platforms,
            wrapping: compression,
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
        // PowerShell's script has no charts.
        if options.mode == .shell { setup.chartFile = { ChartReference($0.text).file } }
        setup.includesReferrers = options.extensions.withReferrers
        return setup
    }

    private func localImages(_ console: Console) -> LocalImages {
        LocalImages(in: DockerStore(runner: runner(console)), temporaryDirectory: temporaryDirectory)
    }

    private func refuseReferrersOfOtherFormats() throws(CommandError) {
        guard options.extensions.withReferrers, options.extensions.archiveFormat != .containerd else { return }
        throw CommandError(
            "--with-referrers needs --archive-format containerd: signatures are of the manifests that the registry has, and the"
                + " other formats have manifests of their own"
        )
    }

    // MARK: The archive

    /// Opens the archive.
    ///
    /// - Parameters:
    ///   - continues: whether an incomplete archive is kept for the next run.
    ///   - isWrittenInOrder: whether the archive is written from the first byte to the last.
    func output(_ path: String, continues: Bool, isWrittenInOrder: Bool = false) async throws -> ArchiveOutput {
        try refuseStream(path)
        if File.isStandardOutput(path) {
            return ArchiveOutput(stream: try File(duplicating: console.output.descriptor, path: console.output.path))
        }
        counters.enter(.opening)
        defer { counters.enter(nil) }
        do {
            let isFresh = options.extensions.fresh
            let partSize = options.extensions.partSize
            let checksum =
                options.extensions.checksum || partSize != nil ? checksum(of: path, isWrittenInOrder) : nil
            // Opening a pipe waits for its reader.
            return try await onThread {
                try ArchiveOutput(
                    path: path,
                    partSize: partSize,
                    continues: continues,
                    isFresh: isFresh,
                    checksum: checksum
                )
            }
        } catch let error as FileError {
            throw notWritten(path, error)
        }
    }

    private func checksum(of path: String, _ isWrittenInOrder: Bool) -> ArchiveChecksum {
        ArchiveChecksum(
            of: path,
            partSize: options.extensions.partSize,
            isWrittenInOrder
                ? .whileWriting
                : .byReading { [console] in
                    console.remark("reading \(path) once more for its checksum, \(ByteCount($0))")
                }
        )
    }

    /// Verifies that the archive can be written, without creating a file.
    private func verifyWritable() throws {
        let paths = paths(archive)
        guard paths.count <= 1 else { return }
        let path = paths.first ?? archive
        try refuseStream(path)
        do {
            _ = try ArchiveOutput(examining: path, partSize: options.extensions.partSize, isFresh: true)
        } catch let error as FileError {
            throw notWritten(path, error)
        }
    }

    private func notWritten(_ path: String, _ error: FileError) -> CommandError {
        CommandError("cannot write \(path): \(systemMessage(error.code)); nothing was pulled")
    }

    /// Throws if options need a file and the archive is a stream.
    private func refuseStream(_ path: String) throws(CommandError) {
        guard File.isStream(path) else { return }
        if options.extensions.partSize != nil {
            throw CommandError("--split needs files: name one with --images, or send the stream through split")
        }
        if options.extensions.checksum, !options.extensions.check {
            throw CommandError("--checksum needs a file: name one with --images, or send the stream through sha256sum")
        }
    }
}
