import HTTP
import Testing

@testable import Registry

/// The numbers that registries report about an upload.
@Suite(.timeLimit(.minutes(1))) struct UploadSessionTests {
    private static let url = "https://reg.example/v2/x/blobs/uploads/1?_state=a"

    private static func session(_ headers: HTTPHeaders = [:], size: Int64 = 1_000) throws -> UploadSession? {
        var headers = headers
        headers["Location"] = headers["Location"] ?? "/v2/x/blobs/uploads/1?_state=a"
        return try UploadSession(HTTPResponseHead(status: 202, headers: headers), from: url, size: size)
    }

    @Test(arguments: [
        ("0-99", 100), ("0-999", 1_000), ("bytes=0-99", 100), ("bytes 0-99", 100), ("0-0", 0), (nil, 600),
        // The end of the range instead of its last byte.
        ("0-600", 600),
        // Invalid ranges: only the status counts.
        ("0--5", 600), ("0-+5", 600), ("5-9", 600), ("0-", 600), ("-", 600), ("", 600), ("0-1-2", 600),
    ])
    func offsets(range: String?, offset: Int64) throws {
        var session = try #require(try Self.session())
        var head = HTTPResponseHead(status: 202)
        head.headers["Range"] = range
        let sent: Int64 = range == "0-999" ? 1_000 : 600
        #expect(try session.update(head, from: Self.url, sent: sent, assuming: 600))
        #expect(session.offset == offset)
        #expect(session.url == Self.url)
    }

    @Test(arguments: ["0-601", "0-1000", "0-9223372036854775806", "0-9223372036854775807", "0-99999999999999999999"])
    func offsetBeyondTheSentBytesIsRejected(range: String) throws {
        var session = try #require(try Self.session())
        let isTrue = try session.update(
            HTTPResponseHead(status: 202, headers: ["Range": range]),
            from: Self.url,
            sent: 600,
            assuming: 600
        )
        #expect(!isTrue)
        #expect(session.offset == 0)
    }

    @Test(arguments: [
        ("100", 100), ("1001", 1_000), ("9223372036854775807", 1_000), ("99999999999999999999", 1_000), ("-1", 0),
        ("+7", 0), ("0x10", 0), ("", 0), ("1e3", 0),
    ])
    func shortestChunks(field: String, size: Int64) throws {
        #expect(try Self.session(["OCI-Chunk-Min-Length": field])?.shortestChunk == size)
    }

    @Test func successWithoutAnUpload() throws {
        #expect(try UploadSession(HTTPResponseHead(status: 202), from: Self.url, size: 1) == nil)
        let head = HTTPResponseHead(status: 200, headers: ["Location": "/v2/x"])
        #expect(try UploadSession(head, from: Self.url, size: 1) == nil)
    }
}
