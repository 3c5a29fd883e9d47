import OCI

/// A line of an image list that names an image or an OCI Helm chart.
package struct ImageListEntry: Sendable, Hashable {
    /// The reference as it stands in the list, without blanks around it.
    package let reference: String
    /// The list's file, as the caller named it.
    package let file: String
    /// The line in the file, from 1.
    package let line: Int

    package init(reference: String, file: String, line: Int) {
        self.reference = reference
        self.file = file
        self.line = line
    }

    /// Whether the line names a chart, by the rule of the scripts: a reference that contains `rancher/charts/`.
    package var isChart: Bool { namesChart(reference) }
}

/// The name of an image as a script composes it of a list's line and its flags, read once.
///
/// The text is what docker commands get, to the byte. The registry engine works with the reference, which is normalised and has
/// the tag `latest` where the text has neither tag nor digest.
package struct ImageName: Sendable, Hashable, CustomStringConvertible {
    /// The name as it was composed.
    package let text: String
    private let result: Result<Reference, ReferenceError>

    package init(_ text: String) {
        self.text = text
        result = Result { () throws(ReferenceError) in try Reference(text).withDefaultTag }
    }

    /// Whether the text names a chart, by the same rule as ``ImageListEntry/isChart``.
    package var isChart: Bool { namesChart(text) }

    /// The reference that the text is.
    ///
    /// - Throws: `ReferenceError` where docker would refuse the text.
    package var reference: Reference {
        get throws(ReferenceError) { try result.get() }
    }

    /// The text.
    package var description: String { text }

    package static func == (left: ImageName, right: ImageName) -> Bool { left.text == right.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

private func namesChart(_ reference: String) -> Bool {
    reference.utf8.contains("rancher/charts/".utf8)
}
