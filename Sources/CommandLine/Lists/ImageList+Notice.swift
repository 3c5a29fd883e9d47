extension ImageList {
    /// A deliberate difference that applied to a list, for standard error.
    package struct Notice: Sendable, Equatable, CustomStringConvertible {
        package enum Kind: Sendable, Hashable, CaseIterable {
            /// The last line has no newline (D1).
            case noFinalNewline
            /// Lines end in a carriage return (D2).
            case carriageReturn
            /// Names have spaces or tabs around them (D2).
            case spaces
            /// Lines begin with `#` (D3).
            case comment
            /// A byte order mark is part of the first name in shell mode, as in the scripts.
            case byteOrderMark
            /// Lines have zero bytes, which are dropped, as in bash.
            case zeroBytes
            /// The list can be read only once, and scripts that handle charts read it twice (D17).
            case stream
        }

        package let kind: Kind
        package let file: String
        /// The number of lines that the difference applied to.
        package internal(set) var lines: Int
        /// The first of these lines, from 1.
        package let firstLine: Int

        /// One sentence.
        package var description: String {
            let isOne = lines == 1
            let place = isOne ? "line \(firstLine)" : "\(lines) lines"
            let first = isOne ? "" : " (first: line \(firstLine))"
            let verb = isOne ? "was" : "were"
            switch kind {
            case .noFinalNewline:
                return "\(file): \(place), the last one, has no newline at its end, and was read all the same"
            case .carriageReturn:
                return "\(file): \(place) \(isOne ? "ends" : "end") in a carriage return, which was dropped\(first)"
            case .spaces:
                return "\(file): \(place) \(isOne ? "has" : "have") spaces around the name, which were dropped\(first)"
            case .comment:
                return "\(file): \(place) \(isOne ? "begins" : "begin") with # and \(verb) skipped\(first)"
            case .byteOrderMark:
                return "\(file): \(place) begins with a byte order mark, which is part of the name there:"
                    + " save the list as UTF-8 without one"
            case .zeroBytes:
                return "\(file): \(place) \(isOne ? "has" : "have") zero bytes, which were dropped\(first):"
                    + " save the list as plain UTF-8 text"
            case .stream:
                return
                    "\(file) can be read only once: its \(isOne ? "first line was" : "\(lines) lines were") read then,"
                    + " and charts looked for among them"
            }
        }
    }
}
