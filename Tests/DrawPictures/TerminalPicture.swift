/// A picture of a terminal's lines of text (SVG 1.1).
struct TerminalPicture {
    let lines: [String]
    let columns: Int

    private static let cell = (width: 8.4, height: 19.0)
    private static let margin = 16.0

    /// The picture. Each line is as long as its characters are in the terminal, whatever font shows it.
    var svg: String {
        let width = Double(columns) * Self.cell.width + 2 * Self.margin
        let height = Double(lines.count) * Self.cell.height + 2 * Self.margin
        let texts = lines.enumerated().map { index, line in text(line, row: index) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
            font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
            <rect width="100%" height="100%" rx="8" fill="#0f1720"/>
            \(texts.filter { !$0.isEmpty }.joined(separator: "\n"))
            </svg>

            """
    }

    private func text(_ line: String, row: Int) -> String {
        guard !line.isEmpty else { return "" }
        let y = Self.margin + (Double(row) + 0.75) * Self.cell.height
        let length = Double(line.count) * Self.cell.width
        return """
            <text x="\(Self.margin)" y="\(y)" textLength="\(length)" lengthAdjust="spacingAndGlyphs" xml:space="preserve" \
            fill="\(line.hasPrefix("$ ") ? "#8bd5a0" : "#d7e0ea")">\(escaped(line))</text>
            """
    }

    private func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }
        .joined()
    }
}
