import OCI

extension FakeRegistryState {
    /// The bytes of a blob, if the repository has it.
    func blob(_ digest: String, in name: String) -> [UInt8]? {
        repositories[name]?.blobs.contains(digest) == true ? blobs[digest] : nil
    }

    mutating func addBlob(_ bytes: [UInt8], to name: String) -> Digest {
        let digest = ContentHash.digest(of: bytes)
        blobs[digest.description] = bytes
        repositories[name, default: Repository()].blobs.insert(digest.description)
        return digest
    }

    /// Answers `GET` and `HEAD` of a complete blob or a range (OCI distribution-spec, "Pulling blobs"; RFC 9110, section 14).
    func fetchBlob(_ request: LoopbackRequest, _ name: String, _ digest: String) -> LoopbackResponse {
        guard request.method == "GET" || request.method == "HEAD" else { return .registryError(405, "UNSUPPORTED") }
        guard let bytes = blob(digest, in: name) else {
            return .registryError(404, "BLOB_UNKNOWN", detail: #""\#(digest)""#)
        }
        var headers = LoopbackHeaders(
            [(name: "Content-Type", value: "application/octet-stream")] + digestHeader(digest)
        )
        guard let range = request.headers["Range"], !switches.ignoresRanges, request.method == "GET" else {
            return LoopbackResponse(headers: headers, body: bytes)
        }
        guard let part = Self.part(range, of: bytes.count) else {
            // Distribution 2.8 announces the blob's length here too, sends another body and closes the connection.
            headers["Content-Range"] = "bytes */\(bytes.count)"
            return LoopbackResponse(status: 416, headers: headers, body: bytes, fault: .cutBody(after: 0))
        }
        headers["Content-Range"] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(bytes.count)"
        return LoopbackResponse(status: 206, headers: headers, body: Array(bytes[part]))
    }

    /// Parses `bytes=5-` and `bytes=5-9`; `nil` if the first byte is out of range.
    private static func part(_ range: String, of size: Int) -> Range<Int>? {
        let ends = range.drop { $0 != "=" }.dropFirst().split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), first < size else { return nil }
        guard let last = Int(ends[1]) else { return first..<size }
        return last >= first ? first..<min(size, last + 1) : nil
    }
}
