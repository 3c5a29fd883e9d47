import HTTP
import OCI
import SystemIO

/// The first bytes of a blob, which are available already.
///
/// `@unchecked Sendable`: one thread at a time uses the hash.
package struct BlobPrefix: @unchecked Sendable {
    /// The number of bytes.
    package let length: Int64
    /// The hash of the prefix, to be extended by the rest of the blob.
    package let hash: ContentHash

    package init(length: Int64, hash: ContentHash) {
        self.length = length
        self.hash = hash
    }
}

/// The receiver of a blob, over any number of responses: verifies the bytes and passes on the new ones.
///
/// `@unchecked Sendable`: one transfer at a time uses the receiver, on one thread.
final class BlobDownload: ByteSink, @unchecked Sendable {
    /// The result of a response.
    enum Verdict: Equatable {
        /// The blob is complete and verified.
        case complete
        /// Bytes are missing.
        case truncated
        /// The response was not a success.
        case refused
    }

    /// The received bytes are not the blob or a prefix of it.
    struct Corruption: Error, CustomStringConvertible {
        /// The problem, to follow the blob's name.
        let problem: String

        var description: String { "the blob \(problem)" }
    }

    private let blob: Descriptor
    private let destination: any ByteSink
    private let hash: ContentHash
    /// The bytes at the start of the response that were received earlier.
    private var skip: Int64 = 0
    /// The number of bytes of the blob that were passed on.
    private(set) var received: Int64
    /// The beginning of an error response; `nil` for a response with bytes of the blob.
    private(set) var errorBody: MemorySink?

    /// - Parameter prefix: The bytes that the destination has already.
    init(_ blob: Descriptor, to destination: any ByteSink, after prefix: BlobPrefix?) {
        self.blob = blob
        self.destination = destination
        hash = prefix?.hash ?? ContentHash(blob.digest.algorithm)
        received = prefix?.length ?? 0
    }

    /// The `Range` to request after a partial download (RFC 9110, section 14.1.2).
    var range: String? { received > 0 ? "bytes=\(received)-" : nil }

    /// Returns the sink for the body of a response.
    func begin(_ head: HTTPResponseHead) throws -> any ByteSink {
        errorBody = nil
        switch head.status {
        case 200:
            let length = head.headers["Content-Length"].flatMap(Int64.init)
            if let length, length > blob.size { throw excess }
            skip = received
        case 206:
            guard let start = Self.start(ofRange: head.headers["Content-Range"]), start <= received else {
                throw HTTPError(
                    .malformedResponse,
                    "the registry sent another range of \(blob.digest) than was asked for"
                )
            }
            skip = received - start
        case 416 where received > 0:
            // Thrown before the body: distribution 2.8 announces the blob's length for this response, but sends less.
            throw Corruption(problem: "ends after \(received) of \(blob.size) bytes")
        default:
            let errorBody = MemorySink(limit: RegistryClient.errorLimit, excess: ResponseTruncated())
            self.errorBody = errorBody
            return errorBody
        }
        return self
    }

    var canRestart: Bool { destination.canRestart }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        let skipped = Int(min(skip, Int64(bytes.count)))
        skip -= Int64(skipped)
        let fresh = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
        guard !fresh.isEmpty else { return }
        guard Int64(fresh.count) <= blob.size - received else { throw excess }
        hash.update(fresh)
        try destination.append(fresh)
        received += Int64(fresh.count)
    }

    /// Returns the result of a response, after its end.
    func verdict() throws(Corruption) -> Verdict {
        guard errorBody == nil else { return .refused }
        guard received == blob.size else { return .truncated }
        let digest = hash.finish()
        guard digest == blob.digest else { throw Corruption(problem: "has the digest \(digest)") }
        return .complete
    }

    func restart() throws {
        try destination.restart()
        hash.start()
        received = 0
    }

    private var excess: RegistryError {
        RegistryError(
            .damaged,
            "the blob \(blob.digest) is longer in the registry than the \(blob.size) bytes its manifest says"
        )
    }

    /// Parses the first position of `bytes 5-9/10`.
    private static func start(ofRange field: String?) -> Int64? {
        guard let field, field.lowercased().hasPrefix("bytes ") else { return nil }
        return Int64(field.dropFirst("bytes ".count).prefix { $0 != "-" })
    }
}
