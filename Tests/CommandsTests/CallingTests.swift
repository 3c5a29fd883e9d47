import Glibc
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// Calls of the executables by different users and names.
@Suite(.timeLimit(.minutes(5))) struct CallingTests {
    private let directory: TemporaryDirectory
    private let products: String

    init() throws {
        directory = try TemporaryDirectory()
        products = try GoldenSuite.Suite().products
    }

    /// `$0` of a script that the shell found in `PATH` is a path.
    @Test func aProgramInPATHPrintsItsPath() async throws {
        let outcome = try await ChildProcess.run(
            ["rancher-save-images", "-h"],
            environment: ["PATH": "\(directory.path("absent")):\(products)"],
            output: .keep(last: 1 << 20)
        )
        let line = String(decoding: outcome.output, as: UTF8.self).prefix { $0 != "\n" }
        #expect(line.hasPrefix("USAGE: \(products)/rancher-save-images [--image-list"))
    }

    /// The list's path, one of its lines and the archive's path have a byte that is not UTF-8.
    @Test func bytesThatAreNotUTF8AreKept() async throws {
        try directory.shell(
            """
            e=$(printf '\\351')
            echo "a/b$e:v1" >"list$e"
            \(program) -l "list$e" -i "images$e" --engine registry --failed-list "failed$e" >output || true
            printf 'Image pull failed: a/b\\351:v1\\nNo docker images pulled; skipping images\\351.\\n' | cmp - output
            cmp "list$e" "failed$e"
            """
        )
    }

    private var program: String { "\(products)/rancher-save-images" }

    /// Only root can write to a file without write permission.
    @Test(.enabled(if: getuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root and setpriv"))
    func aReadOnlyArchiveIsNotReplaced() async throws {
        try directory.write("a/b:v1\n", to: "list")
        try directory.write("old", to: "images.tar.gz")
        try directory.shell("chmod 777 . && chmod 444 images.tar.gz list")
        let unprivileged = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        let outcome = try await ChildProcess.run(
            unprivileged + [
                program, "-l", directory.path("list"), "-i", directory.path("images.tar.gz"), "--engine", "registry",
            ],
            environment: [:]
        )
        #expect(outcome.status == .exited(1))
        #expect(
            String(decoding: outcome.errors, as: UTF8.self)
                == "rancher-save-images: cannot write \(directory.path("images.tar.gz")): Permission denied;"
                + " nothing was pulled\n"
        )
        #expect(try directory.text("images.tar.gz") == "old")
    }
}
