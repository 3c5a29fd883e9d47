import CaseFormat
import FoundationEssentials

/// An official script of a Rancher release, whose features are detected in its text.
package struct OfficialScript: Sendable {
    /// The path of the script.
    package let path: String
    private let text: String

    /// Reads the script.
    package init(_ path: String) throws {
        self.path = path
        text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// Whether it is one of PowerShell's.
    var isPowerShell: Bool { path.hasSuffix(".ps1") }
    /// Whether it knows of OCI charts: v2.13.8, v2.14.4 and later.
    var hasCharts: Bool { text.contains("rancher/charts/") }
    /// Whether it has `--source-registry`: v2.7.0 and later.
    var hasSourceRegistry: Bool { text.contains("source-registry") }

    /// Returns the case without the features that the release lacks, for both sides, and their names; `nil` if the release lacks
    /// none.
    func reduced(_ full: Case) -> (case: Case, lacks: [String])? {
        var reduced = full
        var lacks: [String] = []
        if !hasCharts, !isPowerShell, full.names.contains(where: \.isChart) {
            // A docker with the containerd store handles charts as these releases do, which is like images.
            reduced.docker?.info = "driver-type: io.containerd.snapshotter.v1\n"
            lacks.append("a release without charts")
        }
        if !hasSourceRegistry {
            let words = full.argv
            reduced.argv = ScriptFlags.changing(["-s", "--source-registry"], in: words) { _ in nil }
            if reduced.argv != words { lacks.append("a release without --source-registry") }
            let slashed = reduced.argv
            reduced.argv = ScriptFlags.changing(["-r", "--registry"], in: slashed) { registry in
                String(registry.reversed().drop { $0 == "/" }.reversed())
            }
            if reduced.argv != slashed { lacks.append("a release that keeps the registry's slash") }
            if reduced.argv.contains("--windows-image-list"), !reduced.argv.contains("--windows-versions") {
                reduced.argv = ["--windows-versions", "1809"] + reduced.argv
                lacks.append("a release with other Windows versions")
            }
        }
        return lacks.isEmpty ? nil : (reduced, lacks)
    }
}
