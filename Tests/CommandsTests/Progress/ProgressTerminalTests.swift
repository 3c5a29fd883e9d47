import CommandLine
import Glibc
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// Complete runs on terminals: printed lines are above the drawing, and nothing of the drawing is left at the end.
@Suite(.timeLimit(.minutes(5))) struct ProgressTerminalTests {
    private static let terminal = ["TERM": "xterm", "LANG": "C.UTF-8", "RANCHER_IMAGES_ENGINE": "registry"]

    private let bench: Bench
    private let source: FakeRegistry
    private let list: [String]

    /// Starts a registry that is slow enough for a second of pictures.
    init() throws {
        bench = try Bench()
        source = try FakeRegistry(bytesPerSecond: 3_000_000)
        list = ManyImages.add(to: source, largeSize: 500_000)
    }

    /// Expects drawings during the run, each below complete lines.
    ///
    /// - Parameter printed: the lines at the end.
    private func expect(_ terminal: PseudoTerminal, columns: Int, shows printed: [String]) {
        let screen = TerminalEmulation(terminal.text, columns: columns)
        #expect(screen.lines == printed)
        #expect(screen.isCursorAtEnd)
        #expect(screen.unknown == [])
        let pictures = screen.pictures.filter { $0.contains { $0.hasPrefix("  ") } }
        #expect(pictures.count > 3, "hardly anything was drawn")
        for picture in screen.pictures {
            let lines = picture.prefix { printed.contains($0) }
            #expect(Array(lines) == Array(printed.prefix(lines.count)))
            #expect(picture.count - lines.count <= 8, "\(picture.dropFirst(lines.count))")
        }
    }

    private func run(
        _ program: Program,
        _ words: [String],
        columns: Int,
        environment: [String: String] = terminal
    ) async throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(columns: columns)
        let status = try await bench.run(
            program,
            words,
            environment: environment,
            output: terminal.stream(),
            errors: terminal.stream()
        )
        terminal.close()
        #expect(status == 0)
        return terminal
    }

    @Test(arguments: [80, 40])
    func aSaveAndALoad(columns: Int) async throws {
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let archive = bench.path("images.tar.gz")
        let files = ["-l", bench.path("list.txt"), "-i", archive, "-s", source.authority]
        let saved = try await run(.save, files + ["--jobs", "3"], columns: columns)
        expect(
            saved,
            columns: columns,
            shows: list.map { "Image pull success: \(source.authority)/\($0)" }
                + ["Creating \(archive) with 110 images", "rancher-save-images: 110 of 110 images saved"]
        )

        let target = try FakeRegistry(bytesPerSecond: 3_000_000)
        let plain = try FakeRegistry()
        // The printed lines without a terminal.
        let expected = try await bench.run(.load, files + ["-r", plain.authority]).lines
            .map { $0.replacing(plain.authority, with: target.authority) }
        let loaded = try await run(.load, files + ["-r", target.authority, "--jobs", "3"], columns: columns)
        expect(
            loaded,
            columns: columns,
            shows: expected + ["rancher-load-images: 110 of 110 images loaded"]
        )
    }

    @Test func waitingForTheReaderOfAPipeIsShown() async throws {
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        try bench.directory.shell("mkfifo pipe")
        let terminal = try PseudoTerminal(columns: 80)
        let files = ["-l", bench.path("list.txt"), "-i", bench.path("pipe"), "-s", source.authority]
        let run = Task { [bench] in
            try await bench.run(
                .save,
                files,
                environment: Self.terminal,
                output: terminal.stream(),
                errors: terminal.stream()
            )
        }
        try await terminal.wait(for: "opening the archive")
        try await onThread { [bench] in
            let reader = try File(bench.path("pipe"), for: .reading)
            _ = try reader.skip(.max)
        }
        #expect(try await run.value == 0)
        terminal.close()
    }

    @Test func nothingIsDrawnOnADumbTerminal() async throws {
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let files = ["-l", bench.path("list.txt"), "-i", bench.path("images.tar.gz"), "-s", source.authority]
        let saved = try await run(
            .save,
            files,
            columns: 80,
            environment: Self.terminal.merging(["TERM": "dumb"]) { $1 }
        )
        #expect(!saved.text.contains("\u{1B}"))
        #expect(saved.text.hasSuffix("110 of 110 images saved\r\n"))
    }

    private func start(_ terminal: PseudoTerminal, jobs: Int = 2) throws -> ChildProcess {
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let files = ["-l", bench.path("list.txt"), "-i", bench.path("images.tar.gz"), "-s", source.authority]
        return try ChildProcess.start(
            ["\(try Suite().products)/rancher-save-images"] + files + ["--jobs", "\(jobs)"],
            environment: Self.terminal.merging(["PATH": "/usr/bin:/bin", "HOME": bench.directory.path]) { $1 },
            output: .descriptor(terminal.descriptor),
            errors: .descriptor(terminal.descriptor)
        )
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalErasesTheDrawing(signal: Int32) async throws {
        let terminal = try PseudoTerminal(columns: 80)
        let process = try start(terminal)
        try await terminal.wait(for: " of 110 images  ")
        process.terminate(signal)
        #expect(await process.wait() == .signalled(signal))
        terminal.close()
        let screen = TerminalEmulation(terminal.text, columns: 80)
        #expect(
            screen.lines.allSatisfy { $0.hasPrefix("Image pull success: ") || $0.hasPrefix("rancher-save-images: ") }
        )
        #expect(screen.lines.last?.hasPrefix("rancher-save-images: stopped; ") == true)
        #expect(screen.isCursorAtEnd)
        #expect(screen.unknown == [])
    }

    @Test func linesOfTheShellAreKeptWhenTheRunIsContinued() async throws {
        let terminal = try PseudoTerminal(columns: 80)
        let process = try start(terminal, jobs: 1)
        try await terminal.wait(for: " of 110 images  ")
        process.terminate(SIGSTOP)
        try bench.directory.shell(
            "until grep -q '^State:.*stopped' /proc/\(process.identifier)/status; do sleep 0.01; done"
        )
        try terminal.write("[1]+  Stopped   \n$ fg\n")
        process.terminate(SIGCONT)
        #expect(await process.wait() == .exited(0))
        terminal.close()
        let lines = TerminalEmulation(terminal.text, columns: 80).lines
        let stop = try #require(lines.firstIndex(of: "[1]+  Stopped"))
        #expect(lines[stop + 1] == "$ fg")
        let printed = (lines[..<stop] + lines[(stop + 2)...]).filter { $0.hasPrefix("Image pull success: ") }
        #expect(printed == list.map { "Image pull success: \(source.authority)/\($0)" })
    }
}
