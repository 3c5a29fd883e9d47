import CommandLine
import Testing

@Suite(.timeLimit(.minutes(2))) struct UsageTests {
    @Test func saveInShellMode() {
        let lines = Usage.text(.save, .shell, programName: "./save.sh")
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.prefix(6) == [
                "USAGE: ./save.sh [--image-list rancher-images.txt] [--images rancher-images.tar.gz]",
                "  -l, --image-list PATH",
                "        read the names of the images from this text file, one per line",
                "        (default: rancher-images.txt)",
                "  -i, --images PATH",
                "        use this archive, in the format of docker save. It can be one file or",
            ]
        )
        #expect(lines.dropFirst().allSatisfy { $0.count <= 80 })
        #expect(lines.last?.isEmpty == false)
    }

    /// A completion shows the first sentence; the manual ends the text with a period.
    @Test func meaningsBeginWithAShortSentence() {
        for flag in Flag.table {
            #expect(flag.summary.count <= 70, "\(flag.name)")
            #expect(flag.meaning.first?.isLowercase == true)
            #expect(!flag.meaning.hasSuffix(".") || flag.meaning.hasSuffix("..."))
        }
    }

    private static let rows: [(Program, ScriptMode, [String], [String])] = [
        (
            .save, .shell, ["-s, --source-registry", "(default: linux/amd64)", "--fresh", "--checksum"],
            ["--registry HOST", "--windows", "-o, ", "--create-projects"]
        ),
        (
            .load, .shell,
            ["-r, --registry HOST", "--windows-image-list PATH", "(default: 1809)", "\n  --create-projects\n"],
            ["-o, ", "--fresh", "--checksum"]
        ),
        (
            .save, .powerShell, ["-o, --os-release-id ID", "rancher-windows-images.tar.gz)"],
            ["--registry HOST", "--windows-v"]
        ),
        (.load, .powerShell, ["-r, --registry HOST", "(default: windows/amd64)"], ["--windows-v"]),
    ]

    @Test(arguments: rows)
    func flagsOfEach(_ program: Program, _ mode: ScriptMode, _ present: [String], _ absent: [String]) {
        let text = Usage.text(program, mode, programName: "x")
        for part in present { #expect(text.contains(part)) }
        for part in absent { #expect(!text.contains(part)) }
        for name in [
            "engine", "jobs", "platform", "strict", "archive-format", "failed-list", "report", "insecure-registry",
            "compression-level", "patience", "limit-rate", "ca-file", "username", "password-stdin",
            "check", "progress", "quiet", "verbose", "version",
        ] {
            #expect(text.contains("\n  --\(name)"))
        }
        #expect(text.contains("RANCHER_IMAGES_ENGINE"))
        #expect(text.contains("\n  --list\n") == (program == .load))
        #expect(text.contains("\n  --format table|json\n") == (program == .load))
    }
}
