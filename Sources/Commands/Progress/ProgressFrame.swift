import CommandLine
import Engine
import SystemIO

/// How far a run has come, in lines for a terminal.
struct ProgressFrame {
    let words: ProgressText
    /// Whether the terminal shows UTF-8.
    let isUTF8: Bool

    /// Transfers are shown in so many lines at most.
    private static let mostTransfers = 5
    /// Hosts are shown in so many lines at most.
    private static let mostHosts = 2

    /// The picture of a state.
    ///
    /// - Returns: lines shorter than the terminal is wide, and fewer than it is high.
    func lines(_ state: ProgressState, _ size: Terminal.Size) -> [String] {
        // The last column stays free: there, some terminals begin a new line by themselves, and others do not. The cursor's line
        // stays free too, and one for what is printed above.
        let width = max(0, size.columns - 1)
        var room = size.rows - 2
        guard width > 0, room > 0 else { return [] }
        let head = head(state, width).map { [$0] } ?? []
        room -= head.count
        let hosts = state.troubles.prefix(min(Self.mostHosts, room)).map { words.trouble($0, at: state.now) }
        room -= hosts.count
        let transfers = state.snapshot.transfers
        let shown = min(Self.mostTransfers, room, transfers.count)
        let hidden = transfers.count - shown
        let lines = transfers.prefix(hidden > 0 && shown > 0 ? shown - 1 : shown).map { line($0, width) }
        let more = hidden > 0 && shown > 0 ? ["  and \(hidden + 1) more"] : []
        return head + lines + (more + hosts.map { "  " + $0 }).map { cut($0, width) }
    }

    /// The whole run in one line. What there is no room for is left out.
    private func head(_ state: ProgressState, _ width: Int) -> String? {
        var parts = words.parts(state)
        while parts.count > 1, text(parts).count > width,
            let last = parts.indices.max(by: { parts[$0].rank < parts[$1].rank })
        {
            parts.remove(at: last)
        }
        return parts.isEmpty ? nil : cut(text(parts), width)
    }

    private func text(_ parts: [ProgressText.Part]) -> String {
        parts.map(\.text).joined(separator: "  ")
    }

    /// A transfer: its name at the left, how far it has come at the right.
    private func line(_ transfer: TransferCounters.Transfer, _ width: Int) -> String {
        let isCounted = transfer.bytes.planned > 0 || transfer.bytes.done > 0
        let amount = isCounted ? ProgressText.amount(transfer.bytes) : ""
        let name = "  " + transfer.name.visible
        let room = width - amount.count - 2
        // A name of which nothing is left to read is worth less than none.
        guard isCounted, room >= 16 else { return cut(name, width) }
        let short = cut(name, room)
        return short + String(repeating: " ", count: width - short.count - amount.count) + amount
    }

    /// A text of at most so many characters: what is too much is cut out of the middle.
    private func cut(_ text: String, _ width: Int) -> String {
        guard text.count > width else { return text }
        let mark = isUTF8 ? "…" : "..."
        guard width > 2 * mark.count else { return String(text.prefix(width)) }
        let kept = width - mark.count
        return text.prefix((kept + 1) / 2) + mark + text.suffix(kept / 2)
    }
}
