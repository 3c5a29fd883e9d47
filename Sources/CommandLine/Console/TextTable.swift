import SystemIO

/// Rows of text in aligned columns.
package struct TextTable: Sendable {
    private let rows: [[String]]
    private let numbers: Set<Int>

    /// - Parameters:
    ///   - rows: rows of cells; the first one is the header.
    ///   - numbers: the columns that are aligned to the right.
    package init(_ rows: [[String]], numbers: Set<Int> = []) {
        // Text of an archive or a registry must not reach a terminal as a command.
        self.rows = rows.map { $0.map(\.visible) }
        self.numbers = numbers
    }

    /// A line for each row, without spaces at its end.
    package var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated()
                .map { column, cell in
                    let padding = String(repeating: " ", count: widths[column] - cell.count)
                    return numbers.contains(column) ? padding + cell : cell + padding
                }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
