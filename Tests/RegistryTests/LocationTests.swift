import Testing

@testable import Registry

/// What a `Location` field may be (RFC 3986, section 4.2), kept to the letter.
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
            ("relative to the folder", "1?x=y", "https://reg.example.com:5000/v2/rancher/x/blobs/uploads/1?x=y"),
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
}
