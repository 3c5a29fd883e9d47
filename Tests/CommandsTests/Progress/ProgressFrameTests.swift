import CommandLine
import Engine
import HTTP
import Testing

@testable import Commands

/// Formatting states, without a clock and a terminal.
@Suite(.timeLimit(.minutes(1))) struct ProgressFrameTests {
    private typealias Count = TransferCounters.Count
    private let start = ContinuousClock.now

    /// A run of a minute at a megabyte a second, with active transfers.
    private func state(
        transfers: [TransferCounters.Transfer] = [],
        _ change: (inout TransferCounters.Snapshot) -> Void = { _ in }
    ) -> ProgressState {
        var state = ProgressState(at: start)
        for second in 0...60 {
            var snapshot = TransferCounters.Snapshot(
                items: Count(planned: 57, done: 12),
                bytes: Count(planned: 4_800_000_000, done: 1_140_000_000 + Int64(second) * 1_000_000),
                moved: Int64(second) * 1_000_000,
                transfers: transfers
            )
            if second == 60 { change(&snapshot) }
            state.update(snapshot, at: start + .seconds(second))
        }
        return state
    }

    private func lines(
        _ state: ProgressState,
        columns: Int = 80,
        rows: Int = 24,
        isUTF8: Bool = true
    ) -> [String] {
        ProgressFrame(text: ProgressText(items: "images"), isUTF8: isUTF8)
            .lines(state, Terminal.Size(columns: columns, rows: rows))
    }

    private let shell = TransferCounters.Transfer(
        name: "0f912b902302 of registry.example.com:5000/rancher/shell",
        bytes: Count(planned: 40_000_000, done: 12_100_000)
    )

    private func transfers(_ count: Int) -> [TransferCounters.Transfer] {
        (0..<count).map { .init(name: "transfer \($0)", bytes: Count(planned: 10, done: 5)) }
    }

    @Test func aWideTerminal() {
        #expect(
            lines(state(transfers: [shell])) == [
                "12 of 57 images  1.2 of 4.8 GB  1.0 MB/s  1 h left",
                "  0f912b902302 of registry.example.com:5000/rancher/shell       12.1 of 40.0 MB",
            ]
        )
    }

    @Test func aNarrowTerminal() {
        let state = state(transfers: [shell])
        #expect(
            lines(state, columns: 40) == [
                "12 of 57 images  1.2 of 4.8 GB",
                "  0f912b902…cher/shell  12.1 of 40.0 MB",
            ]
        )
        #expect(lines(state, columns: 40, isUTF8: false)[1] == "  0f912b90...her/shell  12.1 of 40.0 MB")
        #expect(lines(state, columns: 25) == ["12 of 57 images", "  0f912b9023…ncher/shell"])
    }

    @Test(arguments: 1...120)
    func linesAreShorterThanTheTerminalIsWide(columns: Int) {
        let state = state(transfers: [shell] + transfers(9)) {
            $0.hosts = [
                .init(
                    host: "registry.example.com",
                    health: .busy(retryAfter: nil),
                    since: start,
                    last: start + .seconds(59)
                )
            ]
        }
        for isUTF8 in [true, false] {
            let lines = lines(state, columns: columns, isUTF8: isUTF8)
            #expect(lines.allSatisfy { $0.count < columns })
            #expect(lines.isEmpty == (columns < 2))
        }
    }

    @Test(arguments: 1...24)
    func somePartOfTheTerminalIsLeftForPrintedLines(rows: Int) {
        let state = state(transfers: transfers(30)) {
            $0.hosts = (0..<5)
                .map { .init(host: "h\($0)", health: .unreachable, since: start, last: start + .seconds(59)) }
        }
        let lines = lines(state, rows: rows)
        #expect(lines.count <= max(0, rows - 2))
        #expect(lines.count <= 8)
        #expect(rows < 3 || lines[0].hasPrefix("12 of 57 images"))
    }

    @Test func hiddenTransfersAreCounted() {
        #expect(
            lines(state(transfers: transfers(12))).dropFirst().map { $0.prefix(14) } == [
                "  transfer 0  ", "  transfer 1  ", "  transfer 2  ", "  transfer 3  ", "  and 8 more",
            ]
        )
    }

    @Test func namesAreEscaped() {
        let lines = lines(state(transfers: [.init(name: "a\u{1B}[2J\rb", bytes: Count(planned: 9, done: 1))]))
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
        #expect(lines[1].hasPrefix(#"  a\u{1B}[2J\rb"#))
    }

    @Test func hostsInTrouble() {
        let state = state {
            $0.hosts = [
                .init(host: "a", health: .unreachable, since: start + .seconds(20), last: start + .seconds(55)),
                .init(
                    host: "b:5000",
                    health: .busy(retryAfter: nil),
                    since: start + .seconds(53),
                    last: start + .seconds(53)
                ),
                // A host that failed just now may recover at once; a host that was given up is not shown.
                .init(host: "new", health: .unreachable, since: start + .seconds(59), last: start + .seconds(59)),
                .init(host: "old", health: .failing, since: start - .seconds(90), last: start - .seconds(1)),
            ]
        }
        #expect(lines(state).dropFirst() == ["  a does not answer (40 s)", "  b:5000 is busy (7 s)"])
        #expect(
            ProgressText(items: "images").sentence(state)
                == "12 of 57 images, 1.2 of 4.8 GB, 1.0 MB/s, 1 h left; a does not answer (40 s);"
                + " b:5000 is busy (7 s)"
        )
    }

    @Test func aHostIsShownBeforeAnythingIsPlanned() {
        var state = ProgressState(at: start)
        #expect(lines(state).isEmpty)
        #expect(ProgressText(items: "images").sentence(state) == nil)
        state.update(
            .init(hosts: [.init(host: "a", health: .unreachable, since: start, last: start + .seconds(39))]),
            at: start + .seconds(40)
        )
        #expect(lines(state) == ["  a does not answer (40 s)"])
        #expect(ProgressText(items: "images").sentence(state) == "a does not answer (40 s)")
    }

    @Test func silenceReplacesTheRate() {
        var state = state(transfers: [shell])
        for second in 61...90 {
            var snapshot = state.snapshot
            snapshot.transfers = [shell]
            state.update(snapshot, at: start + .seconds(second))
        }
        #expect(lines(state)[0] == "12 of 57 images  1.2 of 4.8 GB  no bytes for 30 s")
    }

    @Test(
        arguments: [
            (.opening, Count(), "opening the archive"),
            (.loading, Count(), "waiting for docker load"),
            (.resolving, Count(planned: 57, done: 31), "asking for manifests: 31 of 57 names"),
            (.referrers, Count(planned: 57, done: 31), "asking for signatures: 31 of 57 images"),
            (.searching, Count(planned: 57, done: 31), "looking for blobs in the registry: 31 of 57"),
            (.reusing, Count(), "reading what is here  12 of 57 images  1.2 of 4.8 GB"),
            (
                .unpacking, Count(planned: 4_000_000_000, done: 1_200_000_000),
                "unpacking the archive: 1.2 of 4.0 GB"
            ),
            (.verifying, Count(planned: 4_000_000_000, done: 1_200_000_000), "verifying the archive: 1.2 of 4.0 GB"),
            (.checking, Count(planned: 57, done: 31), "asking the registry: 31 of 57 images"),
            (.finishing, Count(), "waiting for the disk  12 of 57 images  1.2 of 4.8 GB"),
        ] as [(TransferCounters.Stage, Count, String)]
    )
    func stages(stage: TransferCounters.Stage, count: TransferCounters.Count, text: String) {
        let state = state {
            $0.stage = stage
            $0.stageCount = count
            if stage != .reusing, stage != .finishing { $0.bytes = Count() }
            if stage != .reusing, stage != .finishing, stage != .resolving { $0.items = Count() }
        }
        #expect(lines(state)[0] == text)
    }

    @Test func unknownNumbersAreOmitted() {
        var state = ProgressState(at: start)
        state.update(TransferCounters.Snapshot(), at: start)
        #expect(lines(state) == [])
        let docker = TransferCounters.Transfer(name: "docker save", bytes: Count(done: 1_200_000_000))
        let save = TransferCounters.Snapshot(
            items: Count(planned: 57, done: 57),
            bytes: Count(done: 1_200_000_000),
            moved: 0,
            transfers: [docker, .init(name: "docker pull a", bytes: Count())]
        )
        state.update(save, at: start + .seconds(1))
        #expect(lines(state)[0] == "57 of 57 images  1.2 GB")
        #expect(lines(state)[1].hasSuffix("  1.2 GB"))
        #expect(lines(state)[2] == "  docker pull a")
    }
}
