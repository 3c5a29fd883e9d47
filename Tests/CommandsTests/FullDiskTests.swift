import GoldenSuite
import TestSupport
import Testing

/// A full disk is detected before the download, and an older archive is unchanged.
@Suite(
    .enabled(if: Machine.canMount, "needs root, or user name spaces, to mount a file system"),
    .timeLimit(.minutes(5))
)
struct FullDiskTests {
    @Test func aSmallFileSystem() throws {
        let registry = try FakeRegistry()
        registry.addImage(
            repository: "rancher/x",
            tag: "v1",
            configuration: Array("{}".utf8),
            layers: [[UInt8](repeating: 7, count: 1 << 20)]
        )
        let directory = try TemporaryDirectory()
        let program = "\(try Suite().products)/rancher-save-images"
        try directory.write("\(registry.authority)/rancher/x:v1\n", to: "list.txt")
        // A separate file system, in a mount name space that ends with the shell.
        let script = """
            mkdir -p small && mount -t tmpfs -o size=64k tmpfs small && printf older >small/images.tar.gz || exit 9
            \(program) --engine registry -l list.txt -i small/images.tar.gz >output 2>errors
            echo $? >status
            cat small/images.tar.gz >kept
            ls small >names
            """
        try directory.write(script, to: "script")
        try directory.shell("unshare --map-root-user --mount sh script")
        #expect(try directory.text("status") == "1\n")
        #expect(try directory.text("errors").contains("small/images.tar.gz: No space left on device: it takes 10"))
        #expect(try directory.text("kept") == "older")
        #expect(try directory.text("names") == "images.tar.gz\n")
        #expect(!registry.requests.contains { $0.path.contains("/blobs/") }, "before anything is fetched")
    }
}
