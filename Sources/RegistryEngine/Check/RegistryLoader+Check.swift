import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

extension RegistryLoader: LoadChecker {
    /// Opens the archive as ``load()`` does, hashes all that it calls by a digest, and plans each image as if it were pushed.
    package func proveArchive() async throws -> [ProvenImage] {
        if let cause = try await load().cause { throw EngineError(cause) }
        guard let opened = source.withLock(\.self) else { return [] }
        let omitted = opened.omitted
        if !omitted.isEmpty {
            let archives = omitted.archives.joined(separator: " and ")
            notice(Notice(.delta, "\(path) is a delta: the registry has to have what \(archives) has"))
        }
        let damaged = try await damagedBlobs(of: opened)
        findings.withLock { $0 = damaged }
        return try await onThread {
            opened.images.map { image in
                ProvenImage(
                    reference: image.image.reference,
                    id: image.image.id,
                    problem: Self.problem(of: image, damaged)
                )
            }
        }
    }

    package func has(_ name: ImageName) -> Bool {
        guard let reference = try? name.reference else { return false }
        return source.withLock(\.self)?.image(reference) != nil
    }

    /// Plans the steps as ``perform(_:observer:)`` does, and asks the registry what it has, a few steps at a time.
    package func check(_ steps: [LoadStep]) async throws -> [StepForecast] {
        let opened = source.withLock(\.self)
        let planner = PushPlanner(opened, path: path, omitted: try await omittedBlobs(of: steps, in: opened))
        let works = try await onThread { steps.map { planner.work(for: $0) } }
        let check = PushCheck(
            client: client,
            width: jobs,
            damaged: findings.withLock(\.self),
            counters: counters
        )
        return try await check.run(works)
    }

    /// What is wrong with each blob whose bytes are not what its name says.
    private func damagedBlobs(of archives: ArchiveSet) async throws -> [Digest: String] {
        let damaged = Mutex<[Digest: String]>([:])
        counters.enter(.proving, planned: archives.blobs.saturatedSum(of: \.content.size))
        defer { counters.enter(nil) }
        try await slidingWindow(over: archives.blobs, width: jobs) { [counters] digest, content in
            let place = content.parts.isEmpty ? "" : ", in \(content.parts.joined(separator: " and ")),"
            let problem: String?
            do {
                let isSound = try await onThread {
                    try content.hasDigest(digest) { counters.advance(by: Int64($0)) }
                }
                problem =
                    isSound
                    ? nil : "its blob \(digest)\(place) has other bytes: copy the archive again, or save it again"
            } catch {
                try Task.checkCancellation()
                problem = "its blob \(digest)\(place) cannot be read: \(error)"
            }
            if let problem { damaged.withLock { $0[digest] = problem } }
        } deliver: { _, _ in
        }
        return damaged.withLock(\.self)
    }

    private static func problem(
        of image: ArchiveSet.Image,
        _ damaged: [Digest: String]
    ) -> String? {
        do {
            let selection = try image.select()
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
