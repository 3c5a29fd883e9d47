import Engine
import ImageArchive
import OCI
import Registry
import SystemIO

/// Fetches blobs from files that this run has written, from the local store, or from registries.
struct BlobFetcher: Sendable {
    let client: RegistryClient
    let local: LocalImages?
    /// The files that were downloaded earlier in the run, by their digests.
    var files: [Digest: String] = [:]

    /// Returns the content of a blob.
    ///
    /// - Parameter limit: the maximum size of the content, in bytes.
    func content(of blob: Descriptor, from repository: Repository, limit: Int) async throws -> [UInt8] {
        guard let content = local?.blob(blob.digest) else {
            return try await client.content(of: blob, from: repository, limit: limit)
        }
        return try await onThread { try content.bytes(of: "\(blob.digest)", limit: limit) }
    }

    /// Downloads a blob from the first source that has it, and verifies its digest. The sources are the local store, the repositories,
    /// and the publisher's URLs of a foreign layer, which may be in no registry.
    ///
    /// - Parameters:
    ///   - repositories: at least one repository.
    ///   - prefix: the bytes that the destination has already.
    /// - Throws: ``BlobFailure`` if no source has the blob; errors of the destination.
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
                // The first bytes may be from another source.
                if !failures.isEmpty { try await onThread { try counted.restart() } }
                let prefix = failures.isEmpty ? prefix : nil
                switch place {
                case .repository(let repository):
                    try await client.download(
                        blob,
                        from: repository,
                        to: counted,
                        after: prefix,
                        // The retries for this blob at an unreachable registry are used up.
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

    /// Copies and verifies a blob.
    ///
    /// - Parameter name: the name of the source in errors.
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

/// No source has a blob.
struct BlobFailure: Error, CustomStringConvertible {
    /// The error of the first source.
    let description: String
    /// Whether a source is unreachable or limits the rate, so that a retry may succeed.
    let isRetryable: Bool

    init(_ description: String) {
        self.description = description
        isRetryable = false
    }

    /// - Parameter errors: the errors of the sources in order, at least one.
    init(_ errors: [RegistryError]) {
        description = errors[0].description
        isRetryable = errors.contains { $0.code == .unreachable || $0.code == .rateLimited }
    }
}

/// Counts the bytes that a destination receives.
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
