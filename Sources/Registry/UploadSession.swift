import HTTP

/// An upload that a registry has begun (distribution-spec, "Pushing blobs").
struct UploadSession: Sendable {
    /// Where the content goes next.
    private(set) var url: String
    /// How much of it the registry has.
    private(set) var offset: Int64 = 0
    /// The least that a piece must have which is not the last one: `OCI-Chunk-Min-Length`.
    let shortestChunk: Int64

    /// - Parameters:
    ///   - head: an answer to the request for an upload.
    ///   - url: where that was asked.
    /// - Returns: `nil` where no upload was begun.
    init?(_ head: HTTPResponseHead, from url: String) {
        guard head.status == 202, let location = head.headers["Location"] else { return nil }
        self.url = Location.resolve(location, relativeTo: url)
        shortestChunk = head.headers["OCI-Chunk-Min-Length"].flatMap(Int64.init) ?? 0
    }

    /// Takes note of what the registry tells of the upload.
    ///
    /// - Parameter sent: what it should have by now, where the answer does not tell; `nil` for nothing.
    mutating func update(_ head: HTTPResponseHead, from answered: String, sent: Int64? = nil) {
        url = head.headers["Location"].map { Location.resolve($0, relativeTo: answered) } ?? url
        offset = Self.length(ofRange: head.headers["Range"]) ?? sent ?? 0
    }

    /// How many bytes `0-N` are. distribution tells `0-0` of an upload without any, too.
    private static func length(ofRange field: String?) -> Int64? {
        guard let field, let dash = field.lastIndex(of: "-"), field.hasPrefix("0-") || field.hasPrefix("bytes=0-"),
            let last = Int64(field[field.index(after: dash)...]), last >= 0, last < .max
        else { return nil }
        return last == 0 ? 0 : last + 1
    }
}
