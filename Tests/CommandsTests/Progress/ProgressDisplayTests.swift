import CommandLine
import Engine
import SystemIO
import TestSupport
import Testing

@testable import Commands

@Suite(.timeLimit(.minutes(1))) struct ProgressDisplayTests {
    private let directory: TemporaryDirectory
    private let counters = TransferCounters()

    init() throws {
        directory = try TemporaryDirectory()
        counters.plan(items: 57, bytes: 4_800_000_000)
    }

    private func console(errors: File? = nil) throws -> Console {
        Console(
            output: try File(directory.path("out"), for: .creating),
            errors: try errors ?? File(directory.path("err"), for: .creating),
            programName: "x"
        )
    }

    private func display(_ style: ProgressStyle, on console: Console) -> ProgressDisplay {
        ProgressDisplay(style, of: counters, items: "images", on: console, interval: .milliseconds(1))
    }

    @Test func sentencesArePrintedDuringTheRun() async throws {
        let console = try console()
        await display(.sentences, on: console)
            .show {
                for _ in 0..<5000 where (try? directory.text("err"))?.contains("\n") != true {
                    try? await Task.sleep(for: .milliseconds(2))
                }
                counters.finishItem()
                for _ in 0..<5000 where (try? directory.text("err"))?.contains("1 of") != true {
                    try? await Task.sleep(for: .milliseconds(2))
                }
            }
        let text = try directory.text("err")
        #expect(text.hasPrefix("x: 0 of 57 images, 0 B of 4.8 GB\nx: "))
        #expect(text.contains("x: 1 of 57 images, 0 B of 4.8 GB\n"))
        #expect(try directory.text("out") == "")
    }

    @Test func aShortRunPrintsNothing() async throws {
        let console = try console()
        let display = ProgressDisplay(.sentences, of: counters, items: "images", on: console)
        #expect(await display.show { 7 } == 7)
        #expect(try directory.text("err") == "")
    }

    @Test func theDrawingIsErasedWhenTheTaskIsCancelled() async throws {
        let terminal = try PseudoTerminal(columns: 80)
        let console = try console(errors: terminal.stream())
        let display = display(.drawn(isUTF8: true), on: console)
        let task = Task {
            await display.show {
                // Continues after that, as a run does that cleans up.
                while !Task.isCancelled { await Task.yield() }
                console.notice("stopped")
            }
        }
        try await terminal.wait(for: "0 of 57 images")
        task.cancel()
        await task.value
        try console.errors.close()
        terminal.close()
        #expect(TerminalEmulation(terminal.text, columns: 80).lines == ["x: stopped"])
    }

    @Test func theWidthIsReadForEachDrawing() async throws {
        let terminal = try PseudoTerminal(columns: 80)
        let console = try console(errors: terminal.stream())
        await display(.drawn(isUTF8: true), on: console)
            .show {
                try? await terminal.wait(for: "0 of 57 images  0 B of 4.8 GB")
                terminal.resize(columns: 20, rows: 24)
                try? await terminal.wait(for: "0 of 57 images\u{1B}[K")
            }
        try console.errors.close()
        terminal.close()
        #expect(terminal.text.contains("0 of 57 images\u{1B}[K"))
    }

    @Test func nothingIsShownWhileACommandHasTheTerminal() async throws {
        let terminal = try PseudoTerminal(columns: 80)
        let console = Console(output: try terminal.stream(), errors: try terminal.stream(), programName: "x")
        var state = ProgressState(at: .now)
        state.update(counters.snapshot, at: .now)
        for style in [ProgressStyle.drawn(isUTF8: true), .sentences] {
            let display = display(style, on: console)
            console.lendOutput()
            display.display(state)
            console.takeOutputBack()
            console.notice("between")
            display.display(state)
        }
        console.endDrawing()
        try console.errors.close()
        try console.output.close()
        terminal.close()
        let screen = TerminalEmulation(terminal.text, columns: 80)
        #expect(screen.lines == ["x: between", "x: between", "x: 0 of 57 images, 0 B of 4.8 GB"])
        #expect(screen.pictures.filter { $0.contains("0 of 57 images  0 B of 4.8 GB") }.count == 1)
    }
}
