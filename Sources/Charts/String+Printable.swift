extension String {
    /// The text with a space for each character of Unicode's white space, and without characters that cannot be printed.
    var printable: String {
        var scalars = UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar.properties.isWhitespace {
                scalars.append(" ")
            } else if scalar.isPrintable {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}

extension Unicode.Scalar {
    /// Go's `unicode.IsPrint`: whether the scalar is a letter, mark, number, punctuation or symbol.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
