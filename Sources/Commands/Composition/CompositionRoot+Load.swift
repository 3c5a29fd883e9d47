import CommandLine
import Engine
import ImageArchive
import RegistryEngine

extension CompositionRoot {
    func loadEngine() async throws -> any LoadEngine {
        switch try engine() {
        case .docker:
            return dockerLoader(runner(console))
        case .dockerIfThere:
            return AutoLoader(docker: dockerLoader(runner(console, choosesEngine: true))) { reason, _ in
                noteRegistry(reason)
                return try await namedRegistryLoader()
            }
        case .registry:
            return try await namedRegistryLoader()
        }
    }

    /// Returns the loader for `--check`, which uses the registry engine, also if docker would load the archive.
    func loadChecker() async throws -> RegistryLoader {
        noteCheck()
        return try await registryLoader()
    }

    func lister() throws -> ArchiveLister {
        ArchiveLister(
            try locations(),
            temporaryDirectory: temporaryDirectory,
            counters: counters,
            notice: notices.take
        )
    }

    private func namedRegistryLoader() async throws -> RegistryLoader {
        _ = try options.archive(to: "load")
        return try await registryLoader()
    }

    private func registryLoader() async throws -> RegistryLoader {
        let locations = try locations()
        let client = try await client()
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

    /// The archives of a load.
    private func locations() throws(CommandError) -> [ArchiveLocation] {
        var paths: [String] = []
        for archive in options.archives.count > 1 ? options.archives : [archive] { paths.append(try onePath(archive)) }
        return ArchiveLocation.all(of: paths)
    }
}
