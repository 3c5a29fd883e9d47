import DockerArchive
import ImageModel
import Registry

/// Fills a planned archive: what is at hand is written, every blob is fetched once, straight to its place.
struct BlobFetch: Sendable {
    private let supply: BlobSupply
    private let output: ArchiveOutput
    /// For each blob the images that have it, in the order of the list.
    private let owners: [Digest: [Reference]]

    init(of images: [SavedImage], from supply: BlobSupply, output: ArchiveOutput) {
        self.supply = supply
        self.output = output
        var owners: [Digest: [Reference]] = [:]
        for image in images {
            for blob in image.blobs { owners[blob.digest, default: []].append(image.reference) }
        }
        self.owners = owners
    }

    /// Writes all entries: largest first and `jobs` at a time into a file, one after the other into a stream.
    func run(_ plan: ArchivePlan, jobs: Int) async throws {
        guard !output.isStream else {
            for entry in plan.entries { try await write(entry) }
            return
        }
        // The largest first, so that none of them is left for the end, when the other transfers have run out.
        let entries = plan.entries.sorted { $0.content.size > $1.content.size }
        try await slidingWindow(over: entries, width: jobs, work: write) { _, _ in }
    }

    private func write(_ entry: ArchivePlan.Entry) async throws {
        switch entry.content {
        case .bytes(let bytes): try ArchiveEntryWriter.write(entry, content: bytes, to: output)
        case .blob(let blob): try await fetch(blob, into: entry)
        }
    }

    private func fetch(_ blob: Descriptor, into entry: ArchivePlan.Entry) async throws {
        let destination = EntryDestination(try ArchiveEntryWriter(entry, to: output))
        let owners = owners[blob.digest] ?? []
        var repositories: [Repository] = []
        for owner in owners where !repositories.contains(owner.repository) { repositories.append(owner.repository) }
        // A foreign layer may be in no registry: its publisher's URLs come last.
        var places = repositories.map(Place.repository)[...]
        if blob.isForeignLayer { places += (blob.urls ?? []).map(Place.url) }
        while let place = places.popFirst() {
            do {
                switch place {
                case .repository(let repository): try await supply.download(blob, from: repository, to: destination)
                case .url(let url): try await supply.download(blob, fromURL: url, to: destination)
                }
                break
            } catch let error as RegistryError
                where (error.code == .notFound || place.isURL) && !places.isEmpty && destination.canRestart
            {
                // Another place has the blob too. This one may have had it for the first part.
                try destination.restart()
            } catch let error as RegistryError {
                throw FetchError(image: owners.first, cause: error)
            }
        }
        try destination.writer.finish()
    }

    /// Where a blob can be fetched from.
    private enum Place {
        case repository(Repository)
        case url(String)

        var isURL: Bool {
            if case .url = self { true } else { false }
        }
    }

    /// An archive's entry as the destination of a blob.
    private final class EntryDestination: BlobDestination {
        let writer: ArchiveEntryWriter

        init(_ writer: ArchiveEntryWriter) { self.writer = writer }

        var canRestart: Bool { writer.canRestart }

        func append(_ bytes: UnsafeRawBufferPointer) throws { try writer.append(bytes) }

        func restart() throws { try writer.restart() }
    }
}

/// A blob could not be fetched.
struct FetchError: Error, CustomStringConvertible {
    /// An image that needs the blob.
    let image: Reference?
    let cause: RegistryError

    var description: String { (image.map { "\($0.familiar): " } ?? "") + cause.description }
}
