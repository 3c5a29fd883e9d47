import CommandLine
import Dispatch
import Glibc
import SystemIO
import TestSupport
import Testing

/// Printing above lines that are drawn.
@Suite(.timeLimit(.minutes(2))) struct DrawingTests {
    private let directory: TemporaryDirectory
    private let terminal: PseudoTerminal

    init() throws {
        directory = try TemporaryDirectory()
        terminal = try PseudoTerminal(columns: 40, rows: 10)
    }

    private func console(output: File? = nil) throws -> Console {
        try Console(output: output ?? terminal.stream(), errors: terminal.stream(), programName: "x")
    }

    /// The screen once all streams are closed.
    private func screen(_ console: Console) throws -> TerminalEmulation {
        try console.output.close()
        try console.errors.close()
        terminal.close()
        return TerminalEmulation(terminal.text, columns: 40, rows: 10)
    }

    @Test func linesOfBothStreamsAreAboveTheDrawing() throws {
        let console = try console()
        console.print("one")
        console.draw(["a picture", "of two lines"])
        console.print("two\nthree")
        console.notice("four, which is longer than the terminal is wide")
        console.draw(["another"])
        for line in 5...20 { console.print("\(line)") }
        let screen = try screen(console)
        #expect(
            screen.lines
                == ["one", "two", "three", "x: four, which is longer than the terminal is wide"]
                + (5...20).map { "\($0)" }
                + ["another"]
        )
        #expect(screen.isCursorAtEnd)
        #expect(screen.unknown == [])
    }

    @Test func aLowerDrawingErasesAHigherOne() throws {
        let console = try console()
        console.draw(["a", "b", "c"])
        console.draw(["d"])
        #expect(try screen(console).lines == ["d"])
    }

    @Test func nothingIsDrawnAfterTheEnd() throws {
        let console = try console()
        console.draw(["a", "b"])
        console.endDrawing()
        console.draw(["late"])
        console.print("line")
        #expect(try screen(console).lines == ["line"])
    }

    /// A `tee` prints what it has read while nothing is drawn.
    @Test func theNextDrawingAfterAPipeIsSkipped() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let reading = File(owning: ends[0], path: "pipe")
        let console = try console(output: File(owning: ends[1], path: "standard output"))
        console.draw(["picture"])
        console.print("line")
        // The next picture could come at any moment.
        console.draw(["picture"])
        try terminal.write(String(decoding: reading.readBytes(5), as: UTF8.self))
        console.draw(["next"])
        #expect(try screen(console).lines == ["line", "next"])
    }

    @Test func writingToAFileDoesNotRedraw() throws {
        let console = try console(output: File(directory.path("out"), for: .creating))
        console.draw(["picture"])
        console.print("line")
        console.lendOutput()
        console.draw(["next"])
        console.takeOutputBack()
        let screen = try screen(console)
        #expect(screen.lines == ["next"])
        #expect(screen.pictures == [["picture"], ["next"]])
    }

    @Test func nothingIsDrawnAfterAnIncompleteLine() throws {
        let console = try console()
        console.draw(["picture"])
        try Array("half".utf8).withUnsafeBytes(console.passOn)
        console.draw(["picture"])
        try Array(" a line\n".utf8).withUnsafeBytes(console.passOn)
        console.draw(["next"])
        let screen = try screen(console)
        #expect(screen.lines == ["half a line", "next"])
        #expect(!screen.pictures.contains(["half", "picture"]) && !screen.pictures.contains(["halfpicture"]))
    }

    @Test func linesOnStandardErrorOnlyAreAboveTheDrawing() throws {
        let console = try console(output: File(directory.path("archive"), for: .creating))
        console.draw(["picture"])
        console.withoutOutput.print("line")
        console.quiet.notice("notice")
        console.quiet.remark("remark")
        #expect(try screen(console).lines == ["line", "x: notice", "picture"])
        #expect(try directory.text("archive") == "")
    }

    @Test func manyThreadsPrintDuringDrawing() throws {
        let console = try console()
        let lines = 300
        let group = DispatchGroup()
        for thread in 0..<3 {
            DispatchQueue.global()
                .async(group: group) {
                    for line in 0..<lines { console.print("\(thread) prints line \(line)") }
                }
        }
        DispatchQueue.global()
            .async(group: group) {
                for number in 0..<lines { console.draw(Array(repeating: "picture \(number)", count: number % 7 + 1)) }
            }
        group.wait()
        console.endDrawing()
        let screen = try screen(console)
        #expect(screen.lines.count == 3 * lines)
        for thread in 0..<3 {
            #expect(
                screen.lines.filter { $0.hasPrefix("\(thread) ") }
                    == (0..<lines).map { "\(thread) prints line \($0)" }
            )
        }
    }

    @Test func theTerminalReportsItsSize() throws {
        let stream = try terminal.stream()
        #expect(Terminal(stream).exists)
        #expect(Terminal(stream).size == Terminal.Size(columns: 40, rows: 10))
        terminal.resize(columns: 0, rows: 0)
        #expect(Terminal(stream).size == Terminal.Size(columns: 80, rows: 24))
        let file = try File(directory.path("file"), for: .creating)
        #expect(!Terminal(file).exists)
        #expect(Terminal(file).size == Terminal.Size(columns: 80, rows: 24))
    }
}
