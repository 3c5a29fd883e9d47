import CommandLine
import Engine
import OCI
import SystemIO

/// The report as JSON, as `docs/report.schema.json` describes it.
extension ReportDocument {
    /// The version of the schema. It changes if a key is removed or its meaning changes, not if a key is added.
    private static let schemaVersion: Int64 = 1

    /// The JSON with a newline at the end.
    var json: [UInt8] {
        let document = GoJSON.object([
            ("schemaVersion", .integer(Self.schemaVersion)),
            ("program", .string(program.rawValue)),
            ("version", .string(CommandLineTool.version)),
            // No docker command of the scripts prints it.
            ("dockerVersion", .null),
            ("engine", .text(engine)),
            ("mode", .string(mode == .shell ? "shell" : "powershell")),
            ("start", .string(start.description)),
            ("end", .string(end.description)),
            ("result", .string(result.rawValue)),
            ("exitStatus", .number(status.map(Int64.init))),
            ("cause", .text(cause)),
            ("settings", .object(settings.map { ($0.name, $0.value.json) })),
            ("totals", totals),
            ("images", .array(entries.map(\.json))),
        ])
        return document.indented(by: 2) + [UInt8(ascii: "\n")]
    }

    private var totals: GoJSON {
        let bytes = entries.compactMap(\.bytes)
        let sum = bytes.isEmpty ? nil : bytes.reduce(ReportEntry.Bytes(), +)
        return .object([
            ("images", .integer(Int64(entries.count))),
            ("succeeded", .integer(Int64(count(.saved) + count(.loaded)))),
            ("pulled", .integer(Int64(count(.pulled)))),
            ("failed", .integer(Int64(count(.failed)))),
            ("notReached", .integer(Int64(count(.notReached)))),
            ("bytes", sum?.json ?? .null),
        ])
    }
}

extension ReportEntry {
    fileprivate var json: GoJSON {
        .object([
            ("reference", .text(reference)),
            ("kind", .string(kind.rawValue)),
            ("source", .text(source)),
            ("target", .text(target)),
            (
                "digests",
                .object([("source", .text(sourceDigest?.description)), ("target", .text(targetDigest?.description))])
            ),
            ("platforms", platforms.isEmpty ? .null : .array(platforms.map { .text($0.description) })),
            ("bytes", bytes?.json ?? .null),
            ("confirmed", isConfirmed.map { .boolean($0) } ?? .null),
            ("tries", .number((statistics?.tries).map(Int64.init))),
            ("durationMilliseconds", .number(statistics?.duration.milliseconds)),
            ("result", .string(result.rawValue)),
            ("cause", .text(cause)),
        ])
    }
}

extension ReportEntry.Bytes {
    fileprivate var json: GoJSON {
        .object([
            ("moved", .integer(moved)), ("mounted", .integer(mounted)), ("reused", .integer(reused)),
            ("existing", .integer(existing)), ("omitted", .integer(omitted)),
        ])
    }
}

extension Setting.Value {
    fileprivate var json: GoJSON {
        switch self {
        case .none: .null
        case .isOn(let isOn): .boolean(isOn)
        case .text(let text): .text(text)
        case .texts(let texts): .array(texts.map { .text($0) })
        }
    }
}

extension GoJSON {
    fileprivate static func text(_ text: String?) -> GoJSON { text.map { .string(readable($0)) } ?? .null }

    fileprivate static func number(_ number: Int64?) -> GoJSON { number.map { .integer($0) } ?? .null }
}

/// Returns `text` with bytes that are not UTF-8 as `\xFF`.
func readable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.escapedByte != nil }) else { return text }
    return text.unicodeScalars
        .map { scalar in scalar.escapedByte.map { "\\x" + String($0, radix: 16, uppercase: true) } ?? String(scalar) }
        .joined()
}
