import OCI
import Testing

/// The references that docker accepts (distribution/reference, `ParseNormalizedNamed` and `ParseDockerRef`).
@Suite(.timeLimit(.minutes(5))) struct ReferenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        let text: String
        let domain: String
        let path: String
        let tag: String?
        let hasDigest: Bool
        let familiar: String

        init(
            _ reason: String,
            _ text: String,
            _ domain: String,
            _ path: String,
            tag: String? = nil,
            hasDigest: Bool = false,
            familiar: String
        ) {
            self.reason = reason
            self.text = text
            self.domain = domain
            self.path = path
            self.tag = tag
            self.hasDigest = hasDigest
            self.familiar = familiar
        }

        var testDescription: String { reason }
    }

    static let digest = "sha256:" + String(repeating: "0a", count: 32)
    static let hex = String(repeating: "0a", count: 32)

    static let rows = [
        Row(
            "one component is an official image of the Hub",
            "busybox",
            "docker.io",
            "library/busybox",
            familiar: "busybox"
        ),
        Row("and keeps its tag", "registry:2", "docker.io", "library/registry", tag: "2", familiar: "registry:2"),
        Row(
            "two components are not official",
            "rancher/shell:v1",
            "docker.io",
            "rancher/shell",
            tag: "v1",
            familiar: "rancher/shell:v1"
        ),
        Row("a dot makes a registry", "quay.io/a/b:c", "quay.io", "a/b", tag: "c", familiar: "quay.io/a/b:c"),
        Row("a port makes a registry", "host:5000/x", "host:5000", "x", familiar: "host:5000/x"),
        Row("localhost is a registry", "localhost/x", "localhost", "x", familiar: "localhost/x"),
        Row(
            "localhost alone is an image",
            "localhost:5000",
            "docker.io",
            "library/localhost",
            tag: "5000",
            familiar: "localhost:5000"
        ),
        Row(
            "a name that only begins like it is none",
            "localhosts/x",
            "docker.io",
            "localhosts/x",
            familiar: "localhosts/x"
        ),
        Row("an upper-case letter makes a registry", "Host/x", "Host", "x", familiar: "Host/x"),
        Row("a word does not", "host/x", "docker.io", "host/x", familiar: "host/x"),
        Row(
            "the Hub may be named",
            "docker.io/rancher/x:1",
            "docker.io",
            "rancher/x",
            tag: "1",
            familiar: "rancher/x:1"
        ),
        Row("its official images too", "docker.io/busybox", "docker.io", "library/busybox", familiar: "busybox"),
        Row("in full", "docker.io/library/busybox", "docker.io", "library/busybox", familiar: "busybox"),
        Row("or by its old name", "index.docker.io/busybox", "docker.io", "library/busybox", familiar: "busybox"),
        Row("deeper than official", "library/a/b", "docker.io", "library/a/b", familiar: "library/a/b"),
        Row(
            "library is nothing special elsewhere",
            "quay.io/library/x",
            "quay.io",
            "library/x",
            familiar: "quay.io/library/x"
        ),
        Row(
            "IPv4 with a port",
            "127.0.0.1:5001/rancher/tiny:v1",
            "127.0.0.1:5001",
            "rancher/tiny",
            tag: "v1",
            familiar: "127.0.0.1:5001/rancher/tiny:v1"
        ),
        Row("IPv6 in brackets", "[::1]/x", "[::1]", "x", familiar: "[::1]/x"),
        Row(
            "IPv6 with a port",
            "[2001:DB8::1]:5000/x:y",
            "[2001:DB8::1]:5000",
            "x",
            tag: "y",
            familiar: "[2001:DB8::1]:5000/x:y"
        ),
        Row("the highest port", "a.b:65535/x", "a.b:65535", "x", familiar: "a.b:65535/x"),
        Row(
            "a digest",
            "busybox@\(digest)",
            "docker.io",
            "library/busybox",
            hasDigest: true,
            familiar: "busybox@\(digest)"
        ),
        Row(
            "a tag and a digest",
            "a.b/c:1@\(digest)",
            "a.b",
            "c",
            tag: "1",
            hasDigest: true,
            familiar: "a.b/c:1@\(digest)"
        ),
        Row("separators of a component", "a.b/a.b_c__d-e---f", "a.b", "a.b_c__d-e---f", familiar: "a.b/a.b_c__d-e---f"),
        Row(
            "63 hexadecimal digits are a name",
            String(hex.dropLast()),
            "docker.io",
            "library/\(hex.dropLast())",
            familiar: String(hex.dropLast())
        ),
        Row("64 of them behind a slash too", "x/\(hex)", "docker.io", "x/\(hex)", familiar: "x/\(hex)"),
        Row(
            "a tag of 128 characters",
            "x:_" + String(repeating: "A", count: 127),
            "docker.io",
            "library/x",
            tag: "_" + String(repeating: "A", count: 127),
            familiar: "x:_" + String(repeating: "A", count: 127)
        ),
        Row(
            "a path of 255 characters",
            "a.b/" + String(repeating: "x", count: 255),
            "a.b",
            String(repeating: "x", count: 255),
            familiar: "a.b/" + String(repeating: "x", count: 255)
        ),
        Row(
            "scratch is reserved on the Hub only",
            "rancher/scratch",
            "docker.io",
            "rancher/scratch",
            familiar: "rancher/scratch"
        ),
    ]

    @Test(arguments: rows)
    func isNormalized(row: Row) throws {
        let reference = try Reference(row.text)
        #expect(reference.domain == row.domain)
        #expect(reference.path == row.path)
        #expect(reference.tag == row.tag)
        #expect((reference.digest != nil) == row.hasDigest)
        #expect(reference.familiar == row.familiar)
        #expect(reference.repository == Repository(domain: row.domain, path: row.path))
        // Both forms must name the same image, or a name could change on its way through an archive.
        #expect(try Reference(reference.familiar) == reference)
        #expect(try Reference(reference.description) == reference)
    }

    @Test(
        "latest is added where nothing else is said",
        arguments: [
            ("busybox", "busybox:latest"), ("busybox:1", "busybox:1"), ("busybox@\(digest)", "busybox@\(digest)"),
            ("busybox:1@\(digest)", "busybox:1@\(digest)"),
        ]
    )
    func defaultTag(text: String, familiar: String) throws {
        #expect(try Reference(text).withDefaultTag.familiar == familiar)
    }
}
