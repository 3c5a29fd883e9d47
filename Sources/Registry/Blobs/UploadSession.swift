import HTTP
import SystemIO

/// An upload in progress (distribution-spec, "Pushing blobs").
///
/// All numbers from the registry are checked here: ``offset`` never exceeds the bytes sent, and ``shortestChunk`` never
/// exceeds the blob's size.
struct UploadSession: Sendable {
    /// The URL of the next request.
    private(set) var url: String
    /// The number of bytes that the registry has.
    private(set) var offset: Int64 = 0
    /// The minimum size of a chunk that is not the last one: `OCI-Chunk-Min-Length`.
    let shortestChunk: Int64

    /// - Parameters:
    ///   - head: The response to the request for an upload.
    ///   - url: The URL of the response.
    ///   - size: The blob's size in bytes.
    /// - Returns: `nil` if no upload was started.
    /// - Throws: ``RegistryError`` if the upload's URL must not be followed.
    init?(_ head: HTTPResponseHead, from url: String, size: Int64) throws(RegistryError) {
        guard head.status == 202, let next = try Location.next(after: head, from: url) else { return nil }
        self.url = next
        shortestChunk = head.headers["OCI-Chunk-Min-Length"].flatMap(Self.number).map { min($0, size) } ?? 0
    }

    /// Records the registry's report about the upload.
    ///
    /// - Parameters:
    ///   - head: A response to a request of the upload.
    ///   - answered: The URL of the response.
    ///   - sent: The number of bytes that the registry can have at most.
    ///   - assumed: The number of bytes if the response has no `Range`.
    /// - Returns: Whether the report is plausible. If it is not, the offset does not change.
    /// - Throws: ``RegistryError`` if the upload's next URL must not be followed.
    mutating func update(
        _ head: HTTPResponseHead,
        from answered: String,
        sent: Int64,
        assuming assumed: Int64
    ) throws(RegistryError) -> Bool {
        if let next = try Location.next(after: head, from: answered) { url = next }
        let reported = head.headers["Range"].flatMap(Self.length) ?? assumed
        // Some registries report the end of the range instead of its last byte.
        guard reported - 1 <= sent else { return false }
        offset = min(reported, sent)
        return true
    }

    /// Parses the number of bytes in `0-N`. distribution also reports `0-0` for an empty upload.
    private static func length(ofRange field: String) -> Int64? {
        var field = field[...]
        if field.lowercased().hasPrefix("bytes") { field = field.dropFirst("bytes".count).drop { " =".contains($0) } }
        guard field.hasPrefix("0-"), let last = number(String(field.dropFirst(2))) else { return nil }
        return last == 0 ? 0 : last + 1
    }

    /// Parses a number of digits only, below the maximum of `Int64` so that 1 can be added.
    private static func number(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { return nil }
        return min(Int64(text) ?? .max, .max - 1)
    }
}
