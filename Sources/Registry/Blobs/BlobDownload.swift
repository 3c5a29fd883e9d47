import HTTP
import OCI
import SystemIO

/// The first bytes of a blob, which are there already.
///
/// One thread at a time uses its hash, which is what `@unchecked` stands for.
package struct BlobPrefix: @unchecked Sendable {
    /// How many they are.
    package let length: Int64
    /// The hash of them, which goes on with what follows.
    package let hash: ContentHash

    package init(length: Int64, hash: ContentHash) {
        self.length = length
        self.hash = hash
    }
}

/// The receiving end of a blob, over as many answers as it takes: counts, hashes, and passes on what is new.
///
/// One transfer at a time has it, on one thread, which is what `@unchecked` stands for.
final class BlobDownload: HTTPResponseSink, @unchecked Sendable {
    /// What an answer has come to.
    enum Verdict: Equatable {
        /// All bytes are there, and are the blob.
        case whole
        /// Bytes are missing.
        case tooShort
        /// The answer was another one than the blob.
        case refused
    }

    /// What has arrived is not the blob, or not the beginning of it.
    struct Spoilt: Error, CustomStringConvertible {
        /// What is wrong, to follow the blob's name.
        let problem: String

        var description: String { "the blob \(problem)" }
    }

    private enum Mode {
        /// Passing on, after so many bytes that are there already.
        case content(skip: Int64)
        case error(HTTPResponseHead)
    }

    private let blob: Descriptor
    private let destination: any ByteSink
    private let hash: ContentHash
    private var mode = Mode.content(skip: 0)
    /// How many bytes of the blob have been passed on.
    private(set) var received: Int64
    /// The beginning of an answer that is no success.
    private(set) var errorBody: [UInt8] = []

    /// - Parameter prefix: what the destination has already.
    init(_ blob: Descriptor, to destination: any ByteSink, after prefix: BlobPrefix?) {
        self.blob = blob
        self.destination = destination
        hash = prefix?.hash ?? ContentHash(blob.digest.algorithm)
        received = prefix?.length ?? 0
    }

    /// The `Range` to ask for, where a part has arrived (RFC 9110, section 14.1.2).
    var range: String? { received > 0 ? "bytes=\(received)-" : nil }

    func begin(_ head: HTTPResponseHead) throws {
        errorBody = []
        switch head.status {
        case 200:
            let length = head.headers["Content-Length"].flatMap(Int64.init)
            if let length, length > blob.size { throw excess }
            mode = .content(skip: received)
        case 206:
            guard let start = Self.start(ofRange: head.headers["Content-Range"]), start <= received else {
                throw HTTPError(
                    .malformedResponse,
                    "the registry sent another range of \(blob.digest) than was asked for"
                )
            }
            mode = .content(skip: received - start)
        case 416 where received > 0:
            // Said before the body: distribution 2.8 announces the blob's length for that, and sends less.
            throw Spoilt(problem: "ends after \(received) of \(blob.size) bytes")
        default:
            mode = .error(head)
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        switch mode {
        case .error(let head):
            let room = RegistryClient.errorLimit - errorBody.count
            errorBody.append(contentsOf: bytes.prefix(room))
            guard bytes.count <= room else { throw TruncatedResponse(head: head) }
        case .content(let skip):
            let skipped = Int(min(skip, Int64(bytes.count)))
            mode = .content(skip: skip - Int64(skipped))
            let fresh = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
            guard !fresh.isEmpty else { return }
            guard Int64(fresh.count) <= blob.size - received else { throw excess }
            hash.update(fresh)
            try destination.append(fresh)
            received += Int64(fresh.count)
        }
    }

    /// To be asked once an answer has come to its end.
    func verdict() throws(Spoilt) -> Verdict {
        guard case .content = mode else { return .refused }
        guard received == blob.size else { return .tooShort }
        let digest = hash.finish()
        guard digest == blob.digest else { throw Spoilt(problem: "has the digest \(digest)") }
        return .whole
    }

    func restart() throws {
        try destination.restart()
        hash.start()
        received = 0
    }

    private var excess: RegistryError {
        RegistryError(
            .damaged,
            "the blob \(blob.digest) is longer in the registry than the \(blob.size) bytes its manifest tells"
        )
    }

    /// The first position of `bytes 5-9/10`.
    private static func start(ofRange field: String?) -> Int64? {
        guard let field, field.lowercased().hasPrefix("bytes ") else { return nil }
        return Int64(field.dropFirst("bytes ".count).prefix { $0 != "-" })
    }
}
