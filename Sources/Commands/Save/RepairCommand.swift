import CommandLine
import Engine
import ImageArchive
import RegistryEngine
import SystemIO

/// `rancher-save-images --repair ARCHIVE`: verifies all that an archive has, and replaces what is damaged or missing.
///
/// The archive says itself which images it has; a list counts only if the command line names it. Standard output stays empty.
struct RepairCommand: Sendable {
    let options: Options
    let archive: String
    let engines: CompositionRoot
    let console: Console

    /// - Returns: the exit status: 0 if the archive is complete now.
    func run() async -> Int32 {
        do {
            let survey = try await onThread { [archive] in
                // An earlier run may not have finished the renaming of its parts.
                try SplitFile.completeReplacement(at: archive)
                return try ArchiveSurvey(archive)
            }
            return await run(try await engines.repair(of: survey), named: try await named(survey))
        } catch {
            return refuse(error)
        }
    }

    private func run(_ repair: ArchiveRepair, named: ArchiveRepair.NamedImages?) async -> Int32 {
        do {
            switch try await repair.run(named: named) {
            case .sound(let blobs, let images):
                console.notice("\(archive) is sound: \(blobs) blobs of \(images) images are what their digests say")
                return 0
            case .repaired(let fetched, let blobs, let size):
                engines.notices.close()
                console.notice(
                    "\(archive) is repaired: \(fetched) of \(blobs) blobs (\(ByteCount(size))) were downloaded again"
                )
                return 0
            case .failed(let causes, let images):
                for cause in causes { console.notice(cause) }
                repair.discard()
                console.notice(
                    "\(archive) was not repaired and is unchanged: \(causes.count) of \(images) images cannot be completed"
                )
                return 1
            }
        } catch {
            return refuse(error, kept: error is CompletedContentError ? 0 : repair.discard())
        }
    }

    /// - Parameter kept: the number of bytes of the repaired copy that the next repair can resume with.
    private func refuse(_ error: any Error, kept: Int64 = 0) -> Int32 {
        let resuming =
            kept == 0
            ? "" : "; \(ByteCount(kept)) of its repaired copy are kept: run the same command again to resume"
        switch error {
        case let error as CompletedContentError: console.notice(error.description)
        case is CancellationError: console.notice("stopped; \(archive) was not repaired and is unchanged\(resuming)")
        case is RepairRefusal: console.notice("\(archive) was not repaired and is unchanged: \(error)")
        default: console.notice("\(error); \(archive) was not repaired and is unchanged\(resuming)")
        }
        return 1
    }

    /// The images of the list, if the command line names it and the archive has no index.
    private func named(_ survey: ArchiveSurvey) async throws -> ArchiveRepair.NamedImages? {
        guard survey.index == nil, options.namesImageList else { return nil }
        let naming = Naming(options)
        let images = try await ImageList.read(options.imageList, options, console: console)
        return ArchiveRepair.NamedImages(
            images.map(naming.source),
            includesReferrers: options.extensions.withReferrers
        )
    }
}
