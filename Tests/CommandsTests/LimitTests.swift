import Commands
import FoundationEssentials
import Glibc
import SystemIO
import TestSupport
import Testing

/// The executable with too few system resources prints one sentence and exits with status 1. It does not hang or crash.
@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    private let directory: TemporaryDirectory
    private let registry: FakeRegistry

    init() throws {
        directory = try TemporaryDirectory()
        registry = try FakeRegistry()
        registry.addImage(
            repository: "rancher/x",
            tag: "v1",
            configuration: Array("{}".utf8),
            layers: [Array("a layer".utf8)]
        )
        try directory.write("rancher/x:v1\n", to: "list.txt")
    }

    /// The executable in a directory that any user can read.
    private func executable() throws -> String {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let file = URL(filePath: program).deletingLastPathComponent().path + "/rancher-save-images"
        try directory.shell("chmod 777 . && cp '\(file)' save && chmod 755 save")
        return directory.path("save")
    }

    /// Runs a save after shell commands.
    ///
    /// - Returns: the status and standard error.
    private func save(after commands: String, as user: String = "") throws -> (status: String, errors: String) {
        let words = "-l list.txt -i images.tar.gz -s \(registry.authority) --engine registry"
        try directory.write("\(commands)\nexec '\(try executable())' \(words)\n", to: "run.sh")
        try directory.shell("timeout -k 1 30 \(user) bash run.sh >output 2>errors; echo $? >status")
        return (try directory.text("status").split(separator: "\n").joined(), try directory.text("errors"))
    }

    @Test(
        arguments: [
            ("ulimit -n 8", "only 8 files can be open at a time, and the run needs 64; raise the limit: ulimit -n"),
            ("ulimit -n 40", "only 40 files can be open at a time, and the run needs 64; raise the limit: ulimit -n"),
            ("ulimit -v 700000", "less than 1 GiB of memory can be mapped"),
            ("ulimit -d 200000", "less than 1 GiB of memory can be mapped"),
        ]
    )
    func tooFewResources(command: String, sentence: String) throws {
        let run = try save(after: command)
        #expect(run.status == "1")
        #expect(run.errors.hasPrefix("save: \(sentence)"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(registry.requests.isEmpty)
    }

    @Test(.enabled(if: Machine.canMountHere), arguments: [3, 5, 9, 12])
    func tooFewThreads(count: Int) throws {
        let run = try save(after: "ulimit -u \(count)", as: "setpriv --reuid 65532 --clear-groups")
        #expect(run.status == "1")
        #expect(run.errors.contains("more threads can be started, and the run needs"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test(.enabled(if: Machine.canMountHere))
    func threadsForEachJob() throws {
        let user = "setpriv --reuid 65532 --clear-groups"
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let few = try save(after: "ulimit -u \(2 * cores + 40)\nexport RANCHER_IMAGES_JOBS=200", as: user)
        #expect(few.status == "1")
        #expect(
            few.errors.contains("more threads can be started, and the run needs \(400 + cores + 4);"),
            "\(few.errors)"
        )
    }

    @Test func aLowSoftLimitIsRaised() throws {
        let run = try save(after: "ulimit -S -n 16")
        #expect(run.status == "0", "\(run.errors)")
    }
}
