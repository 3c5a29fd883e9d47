import ByteIO
import DockerArchive
import ImageEngine
import ImageModel
import Registry
import ScriptInterface
import Synchronization

/// Pushes the images of an archive straight to a registry: what it lacks, from where it lies in the archive.
public final class RegistryLoader: LoadEngine {
    private let path: String
    private let client: RegistryClient
    private let jobs: Int
    private let console: Console
    private let temporaryFolder: String
    private let archive = Mutex<DockerArchive?>(nil)

    /// A loader of the archive called `path`.
    ///
    /// - Parameters:
    ///   - client: its threads should be twice `jobs`.
    ///   - jobs: how many blobs are sent at a time.
    ///   - temporaryFolder: where an archive is unpacked that has to be.
    ///   - console: gets the lines that docker would print.
    public init(
        archive path: String,
        client: RegistryClient,
        jobs: Int,
        temporaryFolder: String,
        console: Console
    ) {
        self.path = path
        self.client = client
        self.jobs = jobs
        self.temporaryFolder = temporaryFolder
        self.console = console
    }

    /// Charts are OCI artifacts, which archives of docker's containerd store hold like images.
    public func chartHandling() -> ChartHandling { .images }

    /// Opens the archive and prints what is in it.
    public func load() async throws -> String? {
        let opened: DockerArchive
        do {
            opened = try await onThread { [path, temporaryFolder, console] in
                try DockerArchive(path: path, temporaryFolder: temporaryFolder, notice: console.warn)
            }
        } catch let error as ArchiveError {
            throw LoadingError(description: "\(path): \(error)")
        }
        for image in opened.images {
            console.print(
                image.reference.map { ScriptLines.loaded($0.familiar) }
                    ?? ScriptLines.loaded(id: image.id.description)
            )
        }
        archive.withLock { $0 = opened }
        return nil
    }

    /// Does the steps, several at a time, and prints what docker would print in their order.
    public func perform(_ steps: [LoadStep], observer: any LoadObserver) async throws {
        let archive = archive.withLock(\.self)
        let plan = try await onThread { [path] in PushPlan(steps, archive: archive, path: path) }
        let pusher = ImagePusher(client: client, archive: archive, jobs: jobs)
        try await slidingWindow(over: plan.works, width: jobs * 2) { work in
            let account = await pusher.perform(work)
            try Task.checkCancellation()
            return account
        } deliver: { index, account in
            observer.willPerform(index)
            for line in account.lines { console.print(line) }
            if let notice = account.notice { console.warn("\(steps[index].target): \(notice)") }
            observer.didPerform(index, cause: account.cause)
        }
    }
}

/// The archive cannot be loaded.
struct LoadingError: Error, CustomStringConvertible {
    let description: String
}
