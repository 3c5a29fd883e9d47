import Glibc
import SystemIO
import TestSupport

/// Runs the programs on a terminal, against registries of this machine that are as slow as a link to others, and draws what the
/// terminal shows in the middle of a save and of a load, and at the end of a check.
@main
struct Main {
    static func main() async {
        guard CommandLine.arguments.count == 3 else {
            print("USAGE: draw-pictures EXECUTABLES-DIRECTORY PICTURES-DIRECTORY")
            exit(2)
        }
        do {
            try await Main(products: CommandLine.arguments[1], pictures: CommandLine.arguments[2]).draw()
        } catch {
            print("draw-pictures: \(error)")
            exit(1)
        }
    }

    private static let size = (columns: 112, rows: 20)
    private static let target = "registry.example.com"

    private let products: String
    private let pictures: String
    private let directory: TemporaryDirectory
    private let registries: NamedRegistries

    private init(products: String, pictures: String) throws {
        self.products = products
        self.pictures = pictures
        directory = try TemporaryDirectory()
        registries = try NamedRegistries(["registry-1.docker.io", Self.target], bytesPerSecond: 1_500_000)
        let names = SampleList.fill(registries.registry)
        try directory.write(names.map { $0 + "\n" }.joined(), to: "rancher-images.txt")
    }

    private func draw() async throws {
        try await record("save", "rancher-save-images", ["-l", "rancher-images.txt", "-i", "rancher-images.tar.gz"])
        try await record(
            "load",
            "rancher-load-images",
            ["-l", "rancher-images.txt", "-i", "rancher-images.tar.gz", "-r", "\(Self.target)/mirror"]
        )
        try await record(
            "check",
            "rancher-save-images",
            ["-l", "rancher-images.txt", "-i", "next.tar.gz", "--reuse", "rancher-images.tar.gz", "--check"],
            atEnd: true
        )
        registries.stop()
    }

    /// Returns the number of lines above the progress lines.
    private static func printed(_ lines: [String]) -> Int {
        lines.lastIndex { !$0.hasPrefix("  ") } ?? 0
    }

    /// Runs a program, and draws what the terminal shows when half of the run is over, or all of it.
    private func record(_ name: String, _ program: String, _ words: [String], atEnd: Bool = false) async throws {
        let terminal = try PseudoTerminal(columns: Self.size.columns, rows: Self.size.rows)
        try terminal.write("$ " + ([program] + words).joined(separator: " ") + "\n")
        let process = try ChildProcess.start(
            ["/usr/bin/env", "-C", directory.path, "\(products)/\(program)"] + words,
            environment: [
                "PATH": "/nowhere", "HOME": directory.path, "TMPDIR": directory.path, "TERM": "xterm",
                "LANG": "C.UTF-8",
                "RANCHER_IMAGES_ENGINE": "registry",
            ]
            .merging(registries.environment) { $1 },
            output: .descriptor(terminal.descriptor),
            errors: .descriptor(terminal.descriptor)
        )
        let status = await process.wait()
        terminal.close()
        guard status.isSuccess else { throw TestSupportError("\(program): \(status)\n\(terminal.text)") }
        let screen = TerminalEmulation(terminal.text, columns: Self.size.columns, rows: Self.size.rows)
        // Pictures that differ from the one before only in the progress lines.
        let drawn = zip(screen.pictures, screen.pictures.dropFirst())
            .filter { before, after in
                after.contains { $0.hasPrefix("  ") } && Self.printed(before) == Self.printed(after)
            }
            .map(\.1)
        guard let lines = atEnd ? screen.lines : drawn.isEmpty ? nil : drawn[drawn.count / 2] else {
            throw TestSupportError("\(program) has drawn nothing")
        }
        let picture = TerminalPicture(lines: lines.suffix(Self.size.rows), columns: Self.size.columns)
        let file = try TemporaryDirectory()
        try file.write(picture.svg, to: "picture")
        try file.shell("cp picture '\(pictures)/\(name).svg'")
        print("\(pictures)/\(name).svg")
    }
}
