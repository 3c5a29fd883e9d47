import OCI
import SystemIO
import TestSupport
import Testing

@testable import HTTP
@testable import Registry

/// For any header field from a server, the resulting values stay within bounds, and TLS is never lost.
@Suite(.timeLimit(.minutes(2))) struct HeaderPropertyTests {
    private static let urls = [
        "https://reg.example.com:5000/u/1?_state=a%2Fb+==", "http://reg.example.com/v2/x", "/u/1?_state=a", "//a.b:1/u",
        "?x=y",
        "1?x=y#part", "HTTP://REG.example.com:80", "ftp://a.b/c", "http://[::1]:5000/v2/", "https://me:pw@a.b/",
    ]

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func locations(seed: UInt64) {
        for location in HostileText.values(Self.urls, seed: seed) {
            for base in ["https://reg.example.com/v2/x?a=/", "http://reg.example.com:5000/v2/"] {
                let head = HTTPResponseHead(status: 307, headers: ["Location": location])
                guard let next = try? Location.next(after: head, from: base) else { continue }
                #expect(Location.hasTLS(next) || !Location.hasTLS(base), "\(location)")
                #expect(next.utf8.count <= location.utf8.count + base.utf8.count + 1)
                #expect(!next.unicodeScalars.contains("#"), "\(location)")
                _ = Location.keepsLogin(from: base, to: next)
                _ = Location.authority(of: next)
                // The origin of the registry is also the address on the wire.
                if Location.origin(of: next) == Location.origin(of: base), let address = try? HTTPAddress(next) {
                    #expect(address.host == "reg.example.com", "\(location)")
                }
            }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func uploads(seed: UInt64) throws {
        let ranges = HostileText.values(["0-99", "bytes=0-8388607", "0-0", "bytes 0-5/10", "5-9"], seed: seed)
        let lengths = HostileText.values(["100", "5242880", "0"], seed: seed)
        for (range, length) in zip(ranges, lengths) {
            let head = HTTPResponseHead(
                status: 202,
                headers: ["Location": "/u", "Range": range, "OCI-Chunk-Min-Length": length]
            )
            var session = try #require(try UploadSession(head, from: "https://a.b/", size: 1 << 40))
            #expect((0...1 << 40).contains(session.shortestChunk), "\(length)")
            for sent: Int64 in [0, 100, 1 << 40, 1 << 50] {
                _ = try session.update(head, from: "https://a.b/", sent: sent, assuming: sent)
                #expect((0...sent).contains(session.offset), "\(range)")
                session = try #require(try UploadSession(head, from: "https://a.b/", size: 1 << 40))
            }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func challenges(seed: UInt64) {
        let samples = [
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:x:pull""#,
            #"Basic realm="x", Bearer realm="/t""#, "Negotiate YII=, Digest a=b", #"Bearer realm="a\"b""#,
        ]
        for field in HostileText.values(samples, seed: seed) {
            let challenges = AuthenticationChallenge.parse([field])
            let size = challenges.reduce(0) { sum, challenge in
                sum + challenge.scheme.utf8.count
                    + challenge.parameters.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
            }
            #expect(size <= 3 * field.utf8.count, "\(field)")
            for challenge in challenges {
                _ = TokenScope.repository(of: TokenScope.asked(by: challenge))
                guard let server = TokenServer(challenge) else { continue }
                let realm = server.resolved(at: "https://reg.example/v2/", mayBePlain: false).realm
                #expect((try? HTTPAddress(realm)) == nil || !realm.hasPrefix("http://reg.example/"), "\(field)")
            }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func links(seed: UInt64) {
        let samples = [
            #"</v2/x/referrers/sha256:0a?n=1&last=b>; rel="next""#, #"<https://a.b/v2/x/referrers/c?n=1>; rel=next"#,
            #"<?n=1>; rel="next""#, #"<a>; rel="prev", </v2/b>; rel="next""#,
        ]
        for link in HostileText.values(samples, seed: seed) {
            let head = HTTPResponseHead(status: 200, headers: ["Link": link])
            guard let page = RegistryClient.nextPage(after: head, path: "x/referrers/y") else { continue }
            #expect(page.utf8.count <= link.utf8.count + "x/referrers/y".utf8.count)
            // The page is requested from the registry itself, whatever the link says.
            let url = "https://reg.example/v2/" + page
            if let address = try? HTTPAddress(url) { #expect(address.host == "reg.example", "\(link)") }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func downloads(seed: UInt64) throws {
        let content = [UInt8](repeating: 7, count: 100)
        let blob = Descriptor(mediaType: "x/y", digest: ContentHash.digest(of: content), size: 100)
        let ranges = HostileText.values(["bytes 50-99/100", "bytes 0-99/*", "bytes */100", "50-99"], seed: seed)
        let lengths = HostileText.values(["100", "50", "0"], seed: seed)
        for (range, length) in zip(ranges, lengths) {
            for status in [200, 206, 416, 404] {
                let destination = Memory()
                let download = BlobDownload(blob, to: destination, after: nil)
                let first = try download.begin(HTTPResponseHead(status: 200))
                try? content[..<50].withUnsafeBytes(first.append)
                let sink = try? download.begin(
                    HTTPResponseHead(status: status, headers: ["Content-Range": range, "Content-Length": length])
                )
                for _ in 0..<3 { try? content.withUnsafeBytes((sink ?? download).append) }
                #expect((50...100).contains(download.received))
                #expect(destination.bytes.count == Int(download.received))
            }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func otherFields(seed: UInt64) {
        let digest = "sha256:" + String(repeating: "0a", count: 32)
        for text in HostileText.values([digest, "sha512:" + String(repeating: "0a", count: 64)], seed: seed) {
            if let digest = Digest(text) { #expect(digest.description == text) }
        }
        for text in HostileText.values(["100;w=21600", "76", "0;w=0;x=1"], seed: seed) {
            guard let left = PullAllowance(["ratelimit-limit": text, "ratelimit-remaining": text]) else { continue }
            for number in [left.limit, left.remaining, left.seconds ?? 0] {
                #expect((0...PullAllowance.most).contains(number), "\(text)")
            }
        }
        for text in HostileText.values(["application/json; charset=utf-8", "text/html"], seed: seed) {
            for status in [200, 401, 407, 500, 999] {
                let head = HTTPResponseHead(status: status, headers: ["Content-Type": text, "WWW-Authenticate": text])
                _ = EndpointDiscovery.Verdict(HTTPResponse(head: head, body: Array(text.utf8)))
            }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func bodies(seed: UInt64) {
        let samples = [
            #"{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":null}]}"#, "<html>no</html>",
            #"{"token":"a","expires_in":300,"access_token":"b"}"#, #"{"__type":"x#Throttling","Message":"slow"}"#,
        ]
        let now = ContinuousClock.now
        for text in HostileText.values(samples, seed: seed) {
            for target in [nil, "a.b"] {
                var head = HTTPResponseHead(status: 400)
                head.redirectTarget = target
                let response = HTTPResponse(head: head, body: Array(text.utf8))
                #expect(RegistryError.Reason(response).shown.utf8.count <= 300)
                #expect(ECRRegistry.Refusal(response).text.utf8.count <= 300)
                _ = RegistryError(response, from: "reg.example", asking: "a thing")
            }
            if let token = AccessToken(json: Array(text.utf8), receivedAt: now) {
                #expect(token.isValid(at: now))
                #expect(!token.isValid(at: now + .seconds(86_400)))
            }
        }
    }
}
