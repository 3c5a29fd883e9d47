@testable import HTTP
@testable import OCI
@testable import Registry

/// Reads the head of a response line by line, as libcurl passes it, and the fields that the program uses.
func readHead(_ bytes: [UInt8]) throws {
    var parser = ResponseHeadParser()
    var rest = bytes[...]
    while !rest.isEmpty {
        let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
        if let head = try rest[..<end].withUnsafeBytes({ try parser.consume($0) }) { readFields(of: head) }
        rest = rest[end...]
    }
}

private func readFields(of head: HTTPResponseHead) {
    _ = head.retryAfter(now: 1_800_000_000)
    _ = AuthenticationChallenge.parse(head.headers.values("WWW-Authenticate"))
    let url = "https://registry.example.com:5000/v2/a/b/blobs/uploads/?x=y"
    if let next = try? Location.next(after: head, from: url) {
        precondition(Location.hasTLS(next), "\(next) was followed from a URL with TLS")
        _ = Location.keepsLogin(from: url, to: next)
    }
    let size: Int64 = 1_000
    if var upload = try? UploadSession(head, from: url, size: size) {
        _ = try? upload.update(head, from: url, sent: 10, assuming: 0)
        precondition((0...10).contains(upload.offset), "an upload has \(upload.offset) bytes")
        precondition((0...size).contains(upload.shortestChunk), "a chunk has \(upload.shortestChunk) bytes")
    }
    _ = RegistryClient.nextPage(after: head, path: "/v2/a/b/referrers/sha256:0")
}

/// Reads the body of a response: an error, a token, a manifest or a list of referrers.
func readAnswer(_ bytes: [UInt8]) throws {
    for status in [400, 401, 429, 500] {
        let response = HTTPResponse(head: HTTPResponseHead(status: status, headers: [:]), body: bytes)
        let reason = RegistryError.Reason(response)
        precondition(reason.shown.utf8.count <= 300, "a reason has \(reason.shown.utf8.count) bytes")
        _ = RegistryError(response, from: "registry.example.com", asking: "the manifest of a/b:c")
        _ = RegistryError.isOfUnknownBlob(response)
    }
    _ = AccessToken(json: bytes, receivedAt: .now)
    let digest = Digest(.sha256, bytes: [UInt8](repeating: 0, count: 32))
    if let manifest = try? Manifest(bytes: bytes, digest: digest) {
        _ = manifest.descriptor
        _ = SubjectDescriptor(of: manifest)
    }
}
