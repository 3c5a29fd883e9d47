import CommandLine
import Engine
import SystemIO

/// The report as JUnit XML, which build servers show: the run is a suite, and each image a test case.
extension ReportDocument {
    var junit: [UInt8] {
        let suite = program == .save ? "save" : "load"
        let cases = entries.map { $0.testCase(in: suite) } + [runCase(in: suite)].compactMap(\.self)
        let counts = [
            ("tests", cases.count), ("failures", count(.failed)), ("errors", cases.count - entries.count),
            ("skipped", count(.pulled) + count(.notReached)),
        ]
        let attributes =
            [("name", suite)] + counts.map { ($0, String($1)) }
            + [("time", seconds(end.milliseconds - start.milliseconds)), ("timestamp", start.description)]
        let properties = [
            ("program", program.rawValue), ("version", CommandLineTool.version), ("engine", engine ?? ""),
            ("result", result.rawValue),
        ]
        let lines =
            [
                #"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites>", "  " + tag("testsuite", attributes),
                "    <properties>",
            ]
            + properties.map { "      " + tag("property", [("name", $0), ("value", $1)], isEmpty: true) }
            + ["    </properties>"] + cases + ["  </testsuite>", "</testsuites>", ""]
        return Array(lines.joined(separator: "\n").utf8)
    }

    /// A test case for the error of a run that is not the error of an image.
    private func runCase(in suite: String) -> String? {
        cause.map { testCase([("classname", suite), ("name", "the run")], element: ("error", $0)) }
    }
}

extension ReportEntry {
    fileprivate func testCase(in suite: String) -> String {
        var attributes = [("classname", "\(suite).\(kind.rawValue)"), ("name", reference)]
        if let statistics { attributes.append(("time", seconds(statistics.duration.milliseconds))) }
        let element: (String, String)? =
            switch result {
            case .saved, .loaded: nil
            case .pulled: ("skipped", "it was pulled, but the archive was not written")
            case .failed: ("failure", cause ?? "")
            case .notReached: ("skipped", result.rawValue)
            }
        return Commands.testCase(attributes, element: element)
    }
}

private func testCase(_ attributes: [(String, String)], element: (name: String, message: String)?) -> String {
    guard let element else { return "    " + tag("testcase", attributes, isEmpty: true) }
    return """
            \(tag("testcase", attributes))
              \(tag(element.name, [("message", element.message)], isEmpty: true))
            </testcase>
        """
}

private func tag(_ name: String, _ attributes: [(String, String)], isEmpty: Bool = false) -> String {
    let attributes = attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
    return "<\(name)\(attributes)\(isEmpty ? "/" : "")>"
}

/// Escapes the value of an attribute, and drops the characters that XML 1.0 does not allow (section 2.2).
private func escaped(_ text: String) -> String {
    readable(text).unicodeScalars
        .map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "\t", "\n", "\r": "&#\(scalar.value);"
            case "\u{FFFE}", "\u{FFFF}": ""
            default: scalar.properties.generalCategory == .control ? "" : String(scalar)
            }
        }
        .joined()
}

/// Formats milliseconds as seconds with three decimals.
private func seconds(_ milliseconds: Int64) -> String {
    "\(milliseconds / 1000).\(padded(milliseconds % 1000, to: 3))"
}
