import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import ScriptInterface
import Synchronization

/// `rancher-save-images --repair ARCHIVE`: proves all that an archive has, and fetches anew what is damaged or missing.
///
/// The archive tells itself which images it has; where its `index.json` is damaged too, the list does. Standard output stays empty.
struct RepairCommand: Sendable {
    let options: Options
    let archive: String
    let engines: EngineFactory
    let console: Console

    /// - Returns: the exit status: 0 where the archive is whole now.
    func run() async -> Int32 {
        do {
            let tail = try await onThread { [archive] in try ArchiveTail(archive) }
            let requests = try await requests(tail)
            let engine = try await engines.repairEngine(archive: archive, tail: tail, console: console)
            return await repair(requests, with: engine)
        } catch is CancellationError {
            console.notice("stopped; \(archive) is as it was")
        } catch {
            console.notice("\(error); \(archive) was not repaired")
        }
        return 1
    }

    private func requests(_ tail: ArchiveTail) async throws -> [PullRequest] {
        if let entries = tail.index?.entries {
            return entries.enumerated()
                .map { index, entry in
                    let name = entry.name.description
                    let image = ListedImage(reference: name, file: archive, line: index + 1)
                    return PullRequest(image: image, source: ImageName(name))
                }
        }
        console.notice(
            "the names of the images in \(archive) cannot be read: those of \(options.imageList ?? "") are taken"
        )
        let naming = Naming(options)
        return try await ImageList.read(options.imageList, options, console: console)
            .map { PullRequest(image: $0, source: naming.source($0)) }
    }

    private func repair(_ requests: [PullRequest], with engine: any SaveEngine) async -> Int32 {
        let observer = Observer()
        do {
            try await engine.pull(requests, observer: observer)
            let outcomes = observer.outcomes
            let failures = outcomes.compactMap { outcome -> String? in
                guard case .failed(let cause) = outcome.result else {
                    // What was in the archive may not be lost by its repair.
                    return outcome.notices.first { $0.kind == .referrerLeftOut }?.description
                }
                return "\(outcome.request.source): \(cause)"
            }
            guard failures.isEmpty, !outcomes.isEmpty else {
                for failure in failures { console.notice(failure) }
                engine.discard()
                console.notice(
                    "\(archive) was not repaired: \(failures.count) of \(outcomes.count) images cannot be made whole"
                )
                return 1
            }
            try await engine.save(outcomes.map(\.request))
            engines.notices.close()
            console.notice(sentence(outcomes))
            return 0
        } catch {
            engine.discard()
            let isStopped = error is CancellationError
            console.notice(isStopped ? "stopped; \(archive) was not repaired" : "\(error); \(archive) was not repaired")
            return 1
        }
    }

    private func sentence(_ outcomes: [PullOutcome]) -> String {
        var fates: [BlobOutcome: Bool] = [:]
        for blob in outcomes.flatMap({ $0.blobs + $0.referrerBlobs }) { fates[blob] = blob.fate == .fetched }
        let fetched = fates.filter(\.value).keys
        let size = ByteCount(fetched.reduce(0) { $0 + $1.transferredBytes })
        return fetched.isEmpty
            ? "\(archive) is sound: \(fates.count) blobs of \(outcomes.count) images are what their digests say"
            : "\(archive) is repaired: \(fetched.count) of \(fates.count) blobs (\(size)) were fetched anew"
    }

    private final class Observer: PullObserver {
        private let state = Mutex<[PullOutcome]>([])

        var outcomes: [PullOutcome] { state.withLock(\.self) }

        func willPull(_ request: PullRequest) {}

        func didPull(_ outcome: PullOutcome) { state.withLock { $0.append(outcome) } }
    }
}
