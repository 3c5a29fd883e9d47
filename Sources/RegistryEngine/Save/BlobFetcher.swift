import Engine
import ImageArchive
import OCI
import Registry
import SystemIO

/// Where blobs come from: files that this run has written, the images that were found on this machine, else the registries.
struct BlobFetcher: Sendable {
    let client: RegistryClient
    let local: LocalImages?
    /// Files that have been fetched before, by their digests.
    var files: [Digest: String] = [:]

    /// The whole content of a blob that is kept in memory.
    ///
    /// - Parameter limit: the most bytes that are read.
    func content(of blob: Descriptor, from repository: Repository, limit: Int) async throws -> [UInt8] {
        guard let content = local?.blob(blob.digest) else {
            return try await client.content(of: blob, from: repository, limit: limit)
        }
        return try await onThread { try content.bytes(of: "\(blob.digest)", limit: limit) }
    }

    /// Hands over a blob, verified by its digest, from the first of several places that has it: the local store, the repositories,
    /// and for a foreign layer, which may be in no registry, its publisher's URLs.
    ///
    /// - Parameters:
    ///   - repositories: at least one.
    ///   - prefix: what the destination has already.
    /// - Throws: ``BlobFailure`` where none of the places gives it; what the destination throws.
    func download(
        _ blob: Descriptor,
        from repositories: [Repository],
        to destination: any ByteSink,
        after prefix: BlobPrefix? = nil,
        _ counter: TransferCounter
    ) async throws -> BlobOutcome.Result {
        let counted = CountingSink(destination, counter)
        if let path = files[blob.digest] {
            try await onThread {
                if prefix != nil { try counted.restart() }
                try Self.copy(try File(path, for: .reading), of: blob, called: path, to: counted)
            }
            return .fetched
        }
        if let content = local?.blob(blob.digest) {
            try await onThread {
                if prefix != nil { try counted.restart() }
                try Self.copy(try content.open(), of: blob, called: "docker's local store", to: counted)
            }
            return .copied
        }
        let urls = blob.isForeignLayer ? blob.urls ?? [] : []
        var failures: [RegistryError] = []
        var failing: Set<String> = []
        for place in repositories.map(Place.repository) + urls.map(Place.url) {
            do {
                // Another place may have had the blob for the first part.
                if !failures.isEmpty { try await onThread { try counted.restart() } }
                let prefix = failures.isEmpty ? prefix : nil
                switch place {
                case .repository(let repository):
                    try await client.download(
                        blob,
                        from: repository,
                        to: counted,
                        after: prefix,
                        // The patience with the registry has been used up for this blob already.
                        isRetried: !failing.contains(repository.domain)
                    )
                case .url(let url):
                    try await client.download(blob, fromURL: url, to: counted, after: prefix)
                }
                return .fetched
            } catch let error as RegistryError {
                failures.append(error)
                if error.code == .unreachable, case .repository(let repository) = place {
                    failing.insert(repository.domain)
                }
                guard counted.canRestart else { break }
            }
        }
        throw BlobFailure(failures)
    }

    private enum Place {
        case repository(Repository)
        case url(String)
    }

    /// - Parameter name: what the source is called in an error.
    private static func copy(
        _ source: any ByteSource,
        of blob: Descriptor,
        called name: String,
        to destination: any ByteSink
    ) throws {
        let hash = ContentHash(blob.digest.algorithm)
        do {
            try source.forEachPiece { bytes in
                hash.update(bytes)
                try destination.append(bytes)
            }
        } catch let error as ArchiveError {
            throw BlobFailure("\(error)")
        }
        let digest = hash.finish()
        guard digest == blob.digest else {
            throw BlobFailure("the blob \(blob.digest) of \(name) has the digest \(digest)")
        }
    }
}

/// A blob could not be had from any place.
struct BlobFailure: Error, CustomStringConvertible {
    /// Why the first place did not give it.
    let description: String
    /// Whether one of the places could not be reached, so that it may be reached later.
    let isWorthAnotherTry: Bool

    init(_ description: String) {
        self.description = description
        isWorthAnotherTry = false
    }

    /// - Parameter errors: of the places in order, at least one.
    init(_ errors: [RegistryError]) {
        description = errors[0].description
        isWorthAnotherTry = errors.contains { $0.code == .unreachable || $0.code == .rateLimited }
    }
}

/// Counts what a destination takes.
private final class CountingSink: ByteSink {
    private let destination: any ByteSink
    private let counter: TransferCounter

    init(_ destination: any ByteSink, _ counter: TransferCounter) {
        self.destination = destination
        self.counter = counter
    }

    var canRestart: Bool { destination.canRestart }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try destination.append(bytes)
        counter.add(bytes.count)
    }

    func restart() throws {
        try destination.restart()
        counter.restart()
    }
}
