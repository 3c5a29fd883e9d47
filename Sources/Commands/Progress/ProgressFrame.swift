import CommandLine
import Engine
import SystemIO

/// Formats the progress of a run as lines for a terminal.
struct ProgressFrame {
    let text: ProgressText
    /// Whether the terminal shows UTF-8.
    let isUTF8: Bool

    /// The most lines for transfers.
    private static let mostTransfers = 5
    /// The most lines for hosts.
    private static let mostHosts = 2

    /// Returns lines that are shorter than the terminal is wide, and fewer than it is high.
    func lines(_ state: ProgressState, _ size: Terminal.Size) -> [String] {
        // The last column stays free, since some terminals begin a new line after it. So do the line of the cursor and one for a printed
        // line.
        let width = max(0, size.columns - 1)
        var rows = size.rows - 2
        guard width > 0, rows > 0 else { return [] }
        let head = head(state, width).map { [$0] } ?? []
        rows -= head.count
        let hosts = state.troubles.prefix(min(Self.mostHosts, rows)).map { text.trouble($0, at: state.now) }
        rows -= hosts.count
        let transfers = state.snapshot.transfers
        let shown = min(Self.mostTransfers, rows, transfers.count)
        let hidden = transfers.count - shown
        let lines = transfers.prefix(hidden > 0 && shown > 0 ? shown - 1 : shown).map { line($0, width) }
        let more = hidden > 0 && shown > 0 ? ["  and \(hidden + 1) more"] : []
        return head + lines + (more + hosts.map { "  " + $0 }).map { cut($0, width) }
    }

    /// The run in one line. If the line is too long, the parts with the highest ranks are omitted.
    private func head(_ state: ProgressState, _ width: Int) -> String? {
        var parts = text.parts(state)
        while parts.count > 1, line(parts).count > width,
            let last = parts.indices.max(by: { parts[$0].rank < parts[$1].rank })
        {
            parts.remove(at: last)
        }
        return parts.isEmpty ? nil : cut(line(parts), width)
    }

    private func line(_ parts: [ProgressText.Part]) -> String {
        parts.map(\.text).joined(separator: "  ")
    }

    /// The line of a transfer: its name at the left, its bytes at the right.
    private func line(_ transfer: TransferCounters.Transfer, _ width: Int) -> String {
        let isCounted = transfer.bytes.planned > 0 || transfer.bytes.done > 0
        let amount = isCounted ? ProgressText.amount(transfer.bytes) : ""
        let name = "  " + transfer.name.visible
        let nameWidth = width - amount.count - 2
        // A name that is cut to fewer characters is unreadable.
        guard isCounted, nameWidth >= 16 else { return cut(name, width) }
        let short = cut(name, nameWidth)
        return short + String(repeating: " ", count: width - short.count - amount.count) + amount
    }

    /// Shortens `text` to at most `width` characters, by cutting its middle.
    private func cut(_ text: String, _ width: Int) -> String {
        guard text.count > width else { return text }
        let mark = isUTF8 ? "…" : "..."
        guard width > 2 * mark.count else { return String(text.prefix(width)) }
        let kept = width - mark.count
        return text.prefix((kept + 1) / 2) + mark + text.suffix(kept / 2)
    }
}
