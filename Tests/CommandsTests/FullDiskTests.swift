import GoldenSuite
import TestSupport
import Testing

/// A full disk is known before anything is fetched, and leaves an older archive as it was.
@Suite(
    .enabled(if: Machine.canMount, "needs root, or user name spaces, to mount a file system"),
    .timeLimit(.minutes(5))
)
struct FullDiskTests {
    @Test func aSmallFileSystem() throws {
        let registry = try StandInRegistry()
        registry.addImage(
            repository: "rancher/x",
            tag: "v1",
            configuration: Array("{}".utf8),
            layers: [[UInt8](repeating: 7, count: 1 << 20)]
        )
        let folder = try TemporaryFolder()
        let program = "\(try Suite().products)/rancher-save-images"
        try folder.write("\(registry.authority)/rancher/x:v1\n", to: "list.txt")
        // A file system of the test's own, in a name space that ends with the shell.
        let script = """
            mkdir -p small && mount -t tmpfs -o size=64k tmpfs small && printf older >small/images.tar.gz || exit 9
            \(program) --engine registry -l list.txt -i small/images.tar.gz >output 2>errors
            echo $? >status
            cat small/images.tar.gz >kept
            ls small >names
            """
        try folder.write(script, to: "script")
        try folder.shell("unshare --map-root-user --mount sh script")
        #expect(try folder.text("status") == "1\n")
        #expect(try folder.text("errors").contains("small/images.tar.gz: No space left on device: it takes 10"))
        #expect(try folder.text("kept") == "older")
        #expect(try folder.text("names") == "images.tar.gz\n")
        #expect(!registry.requests.contains { $0.path.contains("/blobs/") }, "before anything is fetched")
    }
}
