import HTTP
import Testing

@testable import Registry

/// The forms of a `Location` field (RFC 3986, section 4.2), preserved byte for byte.
@Suite(.timeLimit(.minutes(5))) struct LocationTests {
    static let base = "https://reg.example.com:5000/v2/rancher/x/blobs/uploads/?mount=a"

    @Test(
        arguments: [
            (
                "a whole URL", "https://reg.example.com:5000/u/1?_state=a%2Fb+==",
                "https://reg.example.com:5000/u/1?_state=a%2Fb+=="
            ),
            ("of another host", "http://storage.example.com/u", "http://storage.example.com/u"),
            ("its scheme in upper case", "HTTPS://a.b/u", "HTTPS://a.b/u"),
            ("without the scheme", "//a.b:1/u?x=y", "https://a.b:1/u?x=y"),
            ("without the host", "/u/1?_state=a%2Fb", "https://reg.example.com:5000/u/1?_state=a%2Fb"),
            ("relative to the directory", "1?x=y", "https://reg.example.com:5000/v2/rancher/x/blobs/uploads/1?x=y"),
            ("without its fragment", "/u/1?x=y#part", "https://reg.example.com:5000/u/1?x=y"),
            ("nothing but a fragment", "#part", base),
            ("only a query", "?x=y", "https://reg.example.com:5000/v2/rancher/x/blobs/uploads/?x=y"),
            (
                "a URL in the query is none", "1?to=http://a.b",
                "https://reg.example.com:5000/v2/rancher/x/blobs/uploads/1?to=http://a.b"
            ),
        ]
    )
    func resolved(reason: String, location: String, url: String) {
        #expect(Location.resolve(location, relativeTo: Self.base) == url)
    }

    @Test(
        "bases that end early",
        arguments: [
            ("https://a.b", "x", "https://a.b/x"), ("https://a.b", "/x", "https://a.b/x"),
            ("https://a.b?q=/", "x", "https://a.b/x"), ("https://a.b/c", "x", "https://a.b/x"),
            ("https://a.b/c?q=/d/", "x", "https://a.b/x"),
        ]
    )
    func shortBases(base: String, location: String, url: String) {
        #expect(Location.resolve(location, relativeTo: base) == url)
    }

    @Test(
        arguments: [
            ("https://a.b/u", "https://a.b/u?digest=sha256:0a"),
            ("https://a.b/u?_state=x", "https://a.b/u?_state=x&digest=sha256:0a"),
        ]
    )
    func parameters(url: String, longer: String) {
        #expect(Location.adding("digest", "sha256:0a", to: url) == longer)
    }

    @Test(
        "who gets the login",
        arguments: [
            ("https://reg.example.com/v2/", "https://reg.example.com/other?x", true),
            ("https://reg.example.com/v2/", "https://REG.example.com:443/v2/", true),
            ("http://reg.example.com/v2/", "http://reg.example.com:80", true),
            ("https://reg.example.com/v2/", "http://reg.example.com/v2/", false),
            ("https://reg.example.com/v2/", "https://reg.example.com:80/v2/", false),
            ("https://reg.example.com/v2/", "https://reg.example.com:4430/v2/", false),
            ("https://reg.example.com:5000/v2/", "https://reg.example.com/v2/", false),
            ("https://reg.example.com/v2/", "https://reg.example.com.evil.example/v2/", false),
            ("https://reg.example.com/v2/", "https://reg.example.com@evil.example/v2/", false),
            ("https://reg.example.com/v2/", "https://evil.example/https://reg.example.com/v2/", false),
            ("https://reg.example.com/v2/", #"https://reg.example.com\@evil.example/v2/"#, false),
            ("https://reg.example.com/v2/", "https://evil.example#https://reg.example.com/", false),
        ]
    )
    func origins(one: String, other: String, isSame: Bool) {
        #expect((Location.origin(of: one) == Location.origin(of: other)) == isSame)
        #expect(Location.keepsLogin(from: one, to: other) == isSame)
    }

    @Test(
        "and where plain http leads to TLS",
        arguments: [
            ("http://reg.example.com/v2/", "https://reg.example.com/v2/", true),
            ("http://reg.example.com:8080/v2/", "https://REG.example.com:8443/v2/", true),
            ("http://[::1]:80/v2/", "https://[::1]:443/v2/", true),
            ("http://reg.example.com/v2/", "https://evil.example/v2/", false),
            ("http://reg.example.com/v2/", "https://reg.example.com@evil.example/v2/", false),
            ("http://reg.example.com/v2/", "https://reg.example.com:x@evil.example/v2/", false),
            ("http://reg.example.com/v2/", #"https://reg.example.com\@evil.example/v2/"#, false),
            ("http://reg.example.com/v2/", "http://reg.example.com:8080/v2/", false),
        ]
    )
    func upgrades(one: String, other: String, keeps: Bool) {
        #expect(Location.keepsLogin(from: one, to: other) == keeps)
    }

    private static func next(_ location: String, from url: String) throws -> String? {
        try Location.next(after: HTTPResponseHead(status: 202, headers: ["Location": location]), from: url)
    }

    @Test(
        "what began with TLS stays with TLS",
        arguments: [
            ("https://a.b/v2/x", "http://a.b/u?s=1", "https://a.b/u?s=1"),
            ("https://a.b/v2/x", "http://A.B:80/u", "https://a.b/u"),
            ("https://a.b/v2/x", "http://a.b:443/u", "https://a.b/u"),
            ("https://a.b:5443/v2/x", "http://a.b/v2/x/blobs/uploads/1", "https://a.b:5443/v2/x/blobs/uploads/1"),
            ("https://a.b:5443/v2/x", "http://a.b:5443/u", "https://a.b:5443/u"),
            ("https://a.b:5443/v2/x", "HTTP://a.b:5000/v2/x?s#f", "https://a.b:5443/v2/x?s"),
            ("https://[fd00::1]:5443/v2/x", "http://[fd00::1]:5000/v2/x", "https://[fd00::1]:5443/v2/x"),
            ("https://a.b/v2/x", "//a.b/u", "https://a.b/u"), ("https://a.b/v2/x", "//c.d/u", "https://c.d/u"),
            ("http://a.b/v2/x", "http://c.d/u", "http://c.d/u"), ("http://a.b/v2/x", "//c.d/u", "http://c.d/u"),
        ]
    )
    func followed(url: String, location: String, next: String) throws {
        #expect(try Self.next(location, from: url) == next)
    }

    @Test(
        "or is refused",
        arguments: [
            ("http://c.d/v2/x", "http://c.d"), ("http://c.d:443/v2/x", "http://c.d:443"),
            ("http://a.b.c.d/v2/x", "http://a.b.c.d"), ("http://a.b@c.d/v2/x", "http://…@c.d"),
            // Storage on the same host.
            ("http://a.b:9000/bucket/x", "http://a.b:9000"),
        ]
    )
    func refused(location: String, host: String) throws {
        let error = try #require(throws: RegistryError.self) { try Self.next(location, from: "https://a.b/v2/x") }
        #expect(
            error.description == "https://a.b redirects to \(host), which has no TLS; that is not followed"
        )
    }

    @Test(arguments: [
        ("ftp://c.d/x", "ftp"), ("file:///etc/passwd", "file"), ("JavaScript:alert(1)", "javascript"),
        ("data:,x", "data"),
        ("gopher://a.b:70/1", "gopher"), ("https:/c.d/x", "https"), ("http:c.d", "http"), ("x-y+z.1:a", "x-y+z.1"),
    ])
    func otherSchemesAreNamed(location: String, scheme: String) throws {
        for base in ["https://a.b/v2/x", "http://a.b/v2/x"] {
            let error = try #require(throws: RegistryError.self) { try Self.next(location, from: base) }
            #expect(error.code == .refused)
            #expect(
                error.description.hasSuffix(
                    " redirects to a URL of the scheme \(scheme), which is not followed: only http:// and https:// are"
                )
            )
        }
    }

    @Test func noLocationIsNoError() throws {
        #expect(try Location.next(after: HTTPResponseHead(status: 202), from: "https://a.b/") == nil)
    }
}
