import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct HelmVersionTests {
    /// Versions, and whether charts are supported; `nil` without a version.
    private static let rows: [(String, Bool?, String)] = [
        ("v3.14.2+gc309b6f\n", true, "as helm 3 prints it"),
        ("v3.8.0+g1", true, "the first one, without a newline"),
        ("v3.7.2\n", false, "the last one before"),
        ("v3.10.0\n", true, "numbers, not texts, are compared"),
        ("v10.0.0\n", true, "two digits"),
        ("v4.0.1+g0000000\n", true, "helm 4"),
        ("v3.8\n", true, "two numbers"),
        ("v4\n", true, "one number, which is more than 3"),
        ("v3\n", false, "one number, used for both"),
        ("v3..9\n", false, "nothing between the dots"),
        ("v.9\n", false, "nothing before the dot"),
        ("Client: v2.17.0+ga690bad\n", nil, "helm 2"),
        ("3.14.2\n", nil, "without a v"),
        ("note: kube 1.27\nv3.14.2+gc309b6f\n", true, "a line before"),
        ("v\nv3.14.2\n", true, "the shell ignores newlines before a number"),
        ("v3.8.0\nv2.0\n", true, "of two, the first counts"),
        ("version.BuildInfo{Version:\"v3.14.2\"}\n", nil, "a word that starts with v"),
        ("", nil, "nothing"),
        ("vx\n", nil, "no number"),
        ("v99999999999999999999.1.0\n", false, "more than a number can hold"),
    ]

    @Test(arguments: rows)
    func charts(_ text: String, _ expected: Bool?, _ reason: String) {
        #expect(HelmVersion(Array(text.utf8)).map(\.hasCharts) == expected, "\(reason)")
    }

    /// Output of `docker info`, and whether `grep -qi containerd.snapshotter` matches.
    private static let information: [(String, Bool, String)] = [
        ("Storage Driver: overlayfs\n driver-type: io.containerd.snapshotter.v1\n", true, "as docker prints it"),
        (" DRIVER-TYPE: IO.CONTAINERD.SNAPSHOTTER.V1\n", true, "in capitals"),
        ("containerd-snapshotter: true", true, "the dot is any character"),
        ("containerd snapshotters: none\n", true, "a space too"),
        ("containerd\nsnapshotter\n", false, "but no end of a line"),
        ("containerd\0snapshotter\n", false, "and no zero byte"),
        ("x\0y\nio.containerd.snapshotter.v1\n", true, "zero bytes elsewhere"),
        ("containerdsnapshotter\n", false, "no character for the dot"),
        ("Storage Driver: overlay2\n", false, "a graph driver"),
        ("containerd.snapshotte", false, "cut off"),
        ("", false, "nothing"),
    ]

    @Test(arguments: information)
    func containerdStore(_ text: String, _ expected: Bool, _ reason: String) {
        #expect(HelmCharts.namesContainerdStore(Array(text.utf8)) == expected, "\(reason)")
    }
}
