extension String {
    /// With a blank for each character of Unicode's white space, and without what cannot be printed.
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
    /// As Go's `unicode.IsPrint`: letters, marks, numbers, punctuation and symbols.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
