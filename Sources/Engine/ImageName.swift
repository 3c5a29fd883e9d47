import OCI

/// An entry of an image list: an image or an OCI Helm chart.
package struct ImageListEntry: Sendable, Hashable {
    /// The text of the entry, without leading and trailing spaces.
    package let reference: String
    /// The path of the list, as given by the caller.
    package let file: String
    /// The line number in the file, from 1.
    package let line: Int

    package init(reference: String, file: String, line: Int) {
        self.reference = reference
        self.file = file
        self.line = line
    }

    /// Whether the entry is a chart by the rule of the scripts: the reference contains `rancher/charts/`.
    package var isChart: Bool { namesChart(reference) }
}

/// The name of an image as a script composes it from a list entry and flags, parsed once.
///
/// Docker commands get the unchanged text. The registry engine uses the reference, which is normalized and has the tag `latest` if the
/// text has neither a tag nor a digest.
package struct ImageName: Sendable, Hashable, CustomStringConvertible {
    /// The composed name.
    package let text: String
    private let result: Result<Reference, ReferenceError>

    package init(_ text: String) {
        self.text = text
        result = Result { () throws(ReferenceError) in try Reference(text).withDefaultTag }
    }

    /// Whether the text is the name of a chart, by the same rule as ``ImageListEntry/isChart``.
    package var isChart: Bool { namesChart(text) }

    /// The parsed text.
    ///
    /// - Throws: `ReferenceError` if docker would refuse the text.
    package var reference: Reference {
        get throws(ReferenceError) { try result.get() }
    }

    package var description: String { text }

    package static func == (left: ImageName, right: ImageName) -> Bool { left.text == right.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

private func namesChart(_ reference: String) -> Bool {
    reference.utf8.contains("rancher/charts/".utf8)
}
