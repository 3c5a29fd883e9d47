import CommandLine
import Commands
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct VersionTests {
    /// A build of SwiftPM alone has no commit.
    @Test(arguments: Program.allCases)
    func theProgramFirstAndThenItsLibraries(program: Program) async throws {
        let outcome = try await Bench().run(program, ["--version"])
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let lines = outcome.lines
        #expect(lines.count == 2)
        #expect(lines.first == "\(program.rawValue) \(CommandLineTool.version)")
        let libraries = try #require(lines.last).split(separator: ", ").map { $0.split(separator: " ") }
        #expect(
            libraries.map(\.first) == [
                "libcurl", "OpenSSL", "zlib", "libdeflate", "liblzma", "libbz2", "libzstd", "libyaml",
                "Swift",
            ]
        )
        for library in libraries {
            #expect(library.count == 2)
            #expect(library.last?.wholeMatch(of: /\d+\.\d+[.\d]*/) != nil, "\(library)")
        }
    }

    /// The commit is an object file for the linker, as `Packaging/static.sh` makes it.
    @Test func aPackageHasItsCommit() throws {
        let directory = try TemporaryDirectory()
        let shim = Fixtures.directory + "/../../Sources/CBuild/shim.h"
        try directory.write(
            """
            #include <stdio.h>
            #include "\(shim)"
            int main(void) { return puts(CBuild_commit() ? CBuild_commit() : "none") < 0; }
            """,
            to: "main.c"
        )
        try directory.write(
            #"""
            set -eu
            # The toolchain has it.
            gcc() { clang "$@"; }
            build_packages=()
            root=\#(Fixtures.directory)/../..
            . "$root/Packaging/static.sh"
            static=$PWD commit='0123456789abcdef0123456789abcdef01234567, with changes'
            compile_commit
            clang -fPIC main.c "$commit_object" -o told
            clang -fPIC main.c -o untold
            ./told
            ./untold
            """#,
            to: "script"
        )
        let said = String(decoding: try directory.shell("bash script"), as: UTF8.self)
        #expect(said == "0123456789ab, with changes\nnone\n")
    }
}
