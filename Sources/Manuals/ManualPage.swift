import CommandLine

/// The source of a manual page, in the macros of man(7).
///
/// Text between backticks is set in bold.
struct ManualPage {
    /// The page so far.
    private(set) var text: String

    /// - Parameters:
    ///   - name: the page's name.
    ///   - section: the section of the manual.
    ///   - summary: the text after the name and a dash.
    init(_ name: String, section: Int, summary: String) {
        // The date of the texts below. It is changed by hand, so that the same sources make the same page.
        text = """
            .\\" \(GeneratedFiles.note)
            .TH \(name) \(section) 2026-11-26 rancher-images
            .nh
            .SH NAME
            \(name) \\- \(Self.escape(summary))

            """
    }

    /// Begins a section.
    mutating func section(_ title: String) {
        text += ".SH \(title.uppercased())\n"
    }

    /// Adds a paragraph.
    mutating func paragraph(_ words: String) {
        if !isAtHeading { text += ".PP\n" }
        text += Self.lines(of: words)
    }

    /// Adds an item with its description.
    mutating func item(_ tag: String, _ words: String) {
        text += ".TP\n" + Self.lines(of: tag) + Self.lines(of: words)
    }

    /// Adds lines literally.
    mutating func example(_ lines: [String]) {
        text +=
            (isAtHeading ? "" : ".PP\n") + ".nf\n" + lines.map { Self.guarded(Self.code($0)) + "\n" }.joined() + ".fi\n"
    }

    /// Whether the last line begins a section, after which no paragraph begins.
    private var isAtHeading: Bool {
        text.split(separator: "\n").last.map { $0.hasPrefix(".SH") || $0.hasPrefix(".SS") } ?? false
    }

    /// Breaks text into lines of at most 80 characters if no word is longer, with bold between backticks.
    private static func lines(of words: String) -> String {
        let parts = words.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { index, part in
                // Spaces in bold text stay, since lines are broken at spaces.
                index % 2 == 0 ? escape(String(part)) : "\\fB" + code(String(part)) + "\\fP"
            }
        return wrapped(parts.joined().split(separator: " "), at: 80).map { guarded($0) + "\n" }.joined()
    }

    private static func escape(_ text: String) -> String {
        text.map { $0 == "\\" ? "\\e" : String($0) }.joined()
    }

    /// Escapes typed text, whose dashes are those of a keyboard.
    private static func code(_ text: String) -> String {
        escape(text).map { $0 == "-" ? "\\-" : $0 == "'" ? "\\(aq" : String($0) }.joined()
    }

    /// A line that begins with a dot or an apostrophe would be a request.
    private static func guarded(_ line: String) -> String {
        line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }
}
