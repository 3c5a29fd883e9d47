import SystemIO

/// Rows of text in aligned columns, for people.
package struct TextTable: Sendable {
    private let rows: [[String]]
    private let numbers: Set<Int>

    /// - Parameters:
    ///   - rows: of equally many cells; the first one is the head.
    ///   - numbers: the columns that are aligned at their ends.
    package init(_ rows: [[String]], numbers: Set<Int> = []) {
        // What an archive or a registry says must not reach a terminal as a command.
        self.rows = rows.map { $0.map(\.visible) }
        self.numbers = numbers
    }

    /// A line for each row, without blanks at its end.
    package var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated()
                .map { column, cell in
                    let blanks = String(repeating: " ", count: widths[column] - cell.count)
                    return numbers.contains(column) ? blanks + cell : cell + blanks
                }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
