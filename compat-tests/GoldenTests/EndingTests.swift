import Glibc
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// Signals leave no child process and no incomplete archive.
@Suite(.timeLimit(.minutes(5))) struct EndingTests {
    private static let rows: [(command: String, signal: Int32)] = [
        ("pull", SIGINT), ("pull", SIGTERM), ("save", SIGINT), ("save", SIGTERM), ("save", SIGHUP),
    ]

    @Test(arguments: rows)
    func signalsEndTheChildrenToo(_ command: String, _ signal: Int32) async throws {
        let suite = try Suite()
        let cases = try TemporaryDirectory()
        let path = try cases.write(
            """
            {"script": "rancher-save-images.sh", "argv": [], "env": {}, "official": "", "differs": "",
             "files": {"rancher-images.txt": "a/b:v1\\n", "rancher-images.tar.gz": "old"},
             "docker": {"endless": ["\(command)"]}, "helm": null,
             "expect": {"exit": 0, "stdout": "", "stderr": "", "calls": [], "files": {}}}
            """,
            to: "endless.json"
        )
        let recording = try Recording.read(path)
        let directory = try CaseDirectory(recording, fakeCommand: suite.fakeCommand)
        let (process, fakeCommand) = try await directory.startOurs(suite.executable(for: recording))
        process.terminate(signal)
        #expect(await process.wait() == .signalled(signal))
        #expect(kill(fakeCommand, 0) == -1 && errno == ESRCH, "docker \(command) is still there")
        #expect(try directory.names() == ["rancher-images.tar.gz", "rancher-images.txt", "rancher-save-images.sh"])
        #expect(try directory.text("rancher-images.tar.gz") == "old")
    }
}
