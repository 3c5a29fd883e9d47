/// The screen of a terminal and the lines that scrolled out, for the control sequences that the programs write:
/// newline, carriage return, cursor up, erase to the end of the line and of the screen (ECMA-48).
public struct TerminalEmulation: Sendable {
    private let columns: Int
    private let rows: Int
    private var cells: [[Character]] = [[]]
    /// The rows that continue in the next row.
    private var isContinued: [Bool] = [false]
    private var row = 0
    private var column = 0
    /// The first row of the screen; the rows before it have scrolled out.
    private var top: Int { max(0, cells.count - rows) }

    /// Unknown control sequences and characters.
    public private(set) var unknown: [String] = []
    /// The screen before each time that the rest of it was erased.
    public private(set) var pictures: [[String]] = []

    /// An empty screen.
    public init(columns: Int, rows: Int = 24) {
        self.columns = columns
        self.rows = rows
    }

    /// A screen with a text on it.
    public init(_ text: String, columns: Int, rows: Int = 24) {
        self.init(columns: columns, rows: rows)
        feed(text)
    }

    /// All lines from the first to the cursor's, with wrapped lines joined, without spaces at their ends.
    public var lines: [String] {
        var lines: [String] = []
        var line = ""
        for (cells, isContinued) in zip(cells, isContinued) {
            line += String(cells)
            guard !isContinued else { continue }
            while line.last == " " { line.removeLast() }
            lines.append(line)
            line = ""
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Whether the cursor is at the start of an empty last line.
    public var isCursorAtEnd: Bool { column == 0 && cells[row...].allSatisfy(\.isEmpty) }

    /// Writes a text.
    public mutating func feed(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\n": down()
            case "\r": column = 0
            case "\u{1B}":
                guard rest.first == "[" else {
                    unknown.append("ESC \(rest.first.map(String.init) ?? "")")
                    continue
                }
                rest.removeFirst()
                let parameters = rest.prefix { !("@"..."~").contains($0) }
                rest = rest[parameters.endIndex...]
                let final = rest.popFirst().map(String.init) ?? ""
                control(String(String.UnicodeScalarView(parameters)), final)
            case let scalar where scalar.value < 0x20: unknown.append(scalar.escaped(asASCII: true))
            case let scalar: put(Character(scalar))
            }
        }
    }

    private mutating func control(_ parameters: String, _ final: String) {
        switch (parameters, final) {
        case (_, "A") where Int(parameters) != nil: row = max(top, row - (Int(parameters) ?? 0))
        case ("", "K"): eraseLine()
        case ("", "J"):
            eraseLine()
            cells.removeSubrange((row + 1)...)
            isContinued.removeSubrange((row + 1)...)
            pictures.append(lines)
        default: unknown.append("CSI \(parameters)\(final)")
        }
    }

    private mutating func eraseLine() {
        if cells[row].count > column { cells[row].removeSubrange(column...) }
        isContinued[row] = false
    }

    private mutating func down() {
        row += 1
        guard row == cells.count else { return }
        cells.append([])
        isContinued.append(false)
    }

    private mutating func put(_ character: Character) {
        if column == columns {
            isContinued[row] = true
            down()
            column = 0
        }
        while cells[row].count < column { cells[row].append(" ") }
        if column < cells[row].count { cells[row][column] = character } else { cells[row].append(character) }
        column += 1
    }
}
