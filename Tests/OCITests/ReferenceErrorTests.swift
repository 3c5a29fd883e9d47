import OCI
import Testing

/// All reasons why a text is not a reference, with their messages.
@Suite(.timeLimit(.minutes(5))) struct ReferenceErrorTests {
    static let hex = String(repeating: "0a", count: 32)

    static let rows: [(text: String, reason: ReferenceError.Reason, problem: String)] = [
        ("", .empty, "it is empty"),
        (hex, .bareIdentifier, "cannot specify 64-byte hexadecimal strings"),
        ("busybox@", .digest, "what follows '@' must be 'sha256:' and 64 lower-case hexadecimal digits"),
        ("busybox@sha256:0a", .digest, "what follows '@' must be 'sha256:' and 64 lower-case hexadecimal digits"),
        (
            "busybox@md5:\(hex.prefix(32))", .digest,
            "what follows '@' must be 'sha256:' and 64 lower-case hexadecimal digits"
        ),
        (
            "busybox@sha256:\(hex.uppercased())", .digest,
            "what follows '@' must be 'sha256:' and 64 lower-case hexadecimal digits"
        ),
        (
            "a@sha256:\(hex)@sha256:\(hex)", .digest,
            "what follows '@' must be 'sha256:' and 64 lower-case hexadecimal digits"
        ),
        ("https://quay.io/a/b", .domain("https:"), "'https:' is not a registry's host[:port]"),
        ("-a.b/c", .domain("-a.b"), "'-a.b' is not a registry's host[:port]"),
        ("a-.b/c", .domain("a-.b"), "'a-.b' is not a registry's host[:port]"),
        ("a..b/c", .domain("a..b"), "'a..b' is not a registry's host[:port]"),
        ("user@a.b/c", .digest, "what follows '@' must be 'sha256:' and 64 lower-case hexadecimal digits"),
        ("a.b:/c", .domain("a.b:"), "'a.b:' is not a registry's host[:port]"),
        ("a.b:x/c", .domain("a.b:x"), "'a.b:x' is not a registry's host[:port]"),
        ("a.b:65536/c", .domain("a.b:65536"), "'a.b:65536' is not a registry's host[:port]"),
        ("a.b:+1/c", .domain("a.b:+1"), "'a.b:+1' is not a registry's host[:port]"),
        ("a.b:1:2/c", .domain("a.b:1:2"), "'a.b:1:2' is not a registry's host[:port]"),
        ("[::1/c", .domain("[::1"), "'[::1' is not a registry's host[:port]"),
        ("[:]x/c", .domain("[:]x"), "'[:]x' is not a registry's host[:port]"),
        ("[]:5000/c", .domain("[]:5000"), "'[]:5000' is not a registry's host[:port]"),
        ("[g::]/c", .domain("[g::]"), "'[g::]' is not a registry's host[:port]"),
        ("ä.b/c", .domain("ä.b"), "'ä.b' is not a registry's host[:port]"),
        (":1", .noName, "it names no repository"),
        ("@sha256:\(hex)", .noName, "it names no repository"),
        ("a.b/", .noName, "it names no repository"),
        ("a.b/:1", .noName, "it names no repository"),
        ("Busybox", .upperCase("Busybox"), "repository name (Busybox) must be lowercase"),
        ("rancher/Shell:v1", .upperCase("rancher/Shell"), "repository name (rancher/Shell) must be lowercase"),
        ("/busybox", .path("/busybox"), pathProblem("/busybox")),
        ("rancher//x", .path("rancher//x"), pathProblem("rancher//x")),
        ("rancher/x/", .path("rancher/x/"), pathProblem("rancher/x/")),
        ("rancher/.x", .path("rancher/.x"), pathProblem("rancher/.x")),
        ("rancher/x-", .path("rancher/x-"), pathProblem("rancher/x-")),
        ("a..b", .path("a..b"), pathProblem("a..b")),
        ("a___b", .path("a___b"), pathProblem("a___b")),
        ("a_-b", .path("a_-b"), pathProblem("a_-b")),
        ("a b", .path("a b"), pathProblem("a b")),
        ("busybox\r", .path("busybox\r"), pathProblem("busybox\r")),
        ("busy\u{301}box", .path("busy\u{301}box"), pathProblem("busy\u{301}box")),
        ("x:\u{301}1", .path("x:\u{301}1"), pathProblem("x:\u{301}1")),
        ("\u{FEFF}busybox", .path("\u{FEFF}busybox"), pathProblem("\u{FEFF}busybox")),
        ("busybox:", .tag(""), tagProblem("")),
        ("busybox:.1", .tag(".1"), tagProblem(".1")),
        ("busybox:-1", .tag("-1"), tagProblem("-1")),
        ("busybox:1+2", .tag("1+2"), tagProblem("1+2")),
        ("busybox:1:2", .tag("1:2"), tagProblem("1:2")),
        ("scratch", .reserved, "'scratch' is a reserved name"),
        ("docker.io/library/scratch:1", .reserved, "'scratch' is a reserved name"),
    ]

    @Test(arguments: rows)
    func isRejected(text: String, reason: ReferenceError.Reason, problem: String) {
        let error = #expect(throws: ReferenceError.self) { try Reference(text) }
        #expect(error?.text == text)
        #expect(error?.reason == reason)
        #expect(error?.description == "invalid reference format: '\(text)': \(problem)")
    }

    @Test func aTagOf129CharactersIsTooLong() {
        let tag = String(repeating: "1", count: 129)
        #expect(throws: ReferenceError.self) { try Reference("x:\(tag)") }
    }

    @Test(arguments: ["a.b/" + String(repeating: "x", count: 256), String(repeating: "x", count: 248)])
    func aPathOfMoreThan255CharactersIsTooLong(text: String) {
        // On Docker Hub, `library/` counts too.
        let error = #expect(throws: ReferenceError.self) { try Reference(text) }
        #expect(error?.reason == .tooLong)
    }

    @Test func longLinesAreNotRepeatedInFull() throws {
        let error = #expect(throws: ReferenceError.self) { try Reference(String(repeating: "/", count: 1 << 20)) }
        #expect(try #require(error).reason == .tooLong)
        #expect(try #require(error).description.utf8.count < 300)
    }

    private static func pathProblem(_ path: String) -> String {
        "repository name (\(path)) may have only letters, digits and single '.', '_', '__' or dashes between them"
    }

    private static func tagProblem(_ tag: String) -> String {
        "tag (\(tag)) must be up to 128 letters, digits, '_', '.' or '-', and begin with none of '.' and '-'"
    }
}
