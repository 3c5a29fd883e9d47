import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import Registry
import Synchronization

extension RegistryLoader: LoadChecker {
    /// Opens the archive as ``load()`` does, hashes all that it calls by a digest, and plans each image as if it were pushed.
    package func proveArchive() async throws -> [ProvenImage] {
        _ = try await load()
        guard let opened = source.withLock(\.self) else { return [] }
        let omitted = opened.archive.omitted
        if !omitted.isEmpty {
            let archives = omitted.archives.joined(separator: " and ")
            notice(Notice(.delta, "\(path) is a delta: the registry has to have what \(archives) has"))
        }
        let damaged = try await damagedBlobs(of: opened.archive)
        findings.withLock { $0 = damaged }
        return try await onThread {
            opened.archive.images.map { image in
                ProvenImage(
                    reference: image.reference,
                    id: image.id,
                    problem: Self.problem(of: image, opened, damaged)
                )
            }
        }
    }

    package func has(_ name: ImageName) -> Bool {
        guard let reference = try? name.reference else { return false }
        return PushPlanner(source.withLock(\.self), path: path).image(reference) != nil
    }

    /// Plans the steps as ``perform(_:observer:)`` does, and asks the registry what it has, a few steps at a time.
    package func check(_ steps: [LoadStep]) async throws -> [StepForecast] {
        let opened = source.withLock(\.self)
        let planner = PushPlanner(opened, path: path, omitted: try await omittedBlobs(of: steps, in: opened))
        let works = try await onThread { steps.map { planner.work(for: $0) } }
        let check = PushCheck(client: client, width: jobs, damaged: findings.withLock(\.self))
        return try await check.run(works)
    }

    /// What is wrong with each blob whose bytes are not what its name says.
    private func damagedBlobs(of archive: DockerArchive) async throws -> [Digest: String] {
        let damaged = Mutex<[Digest: String]>([:])
        try await slidingWindow(over: archive.blobs, width: jobs) { digest in
            guard let content = archive.blob(digest) else { return }
            let problem: String?
            do {
                let isSound = try await onThread { try content.hasDigest(digest) }
                problem = isSound ? nil : "its blob \(digest) has other bytes: copy the archive again, or save it again"
            } catch {
                try Task.checkCancellation()
                problem = "its blob \(digest) cannot be read: \(error)"
            }
            if let problem { damaged.withLock { $0[digest] = problem } }
        } deliver: { _, _ in
        }
        return damaged.withLock(\.self)
    }

    private static func problem(
        of image: DockerArchive.Image,
        _ opened: (archive: DockerArchive, composer: ImageComposer),
        _ damaged: [Digest: String]
    ) -> String? {
        do {
            let selection = try ArchiveSelection(of: image, in: opened.archive, opened.composer)
            return selection.manifests.flatMap(\.parts).lazy.compactMap { damaged[$0.digest] }.first
        } catch {
            return "\(error)"
        }
    }
}

extension Manifest {
    /// The configuration and the layers of an image; of an index nothing.
    fileprivate var parts: [Descriptor] {
        guard case .image(let configuration, let layers) = content else { return [] }
        return [configuration] + layers
    }
}
