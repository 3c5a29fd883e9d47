import FoundationEssentials

/// An official script of some Rancher release, which its text tells things about.
package struct OfficialScript: Sendable {
    /// Where it is.
    package let path: String
    private let text: String

    /// Reads the script.
    package init(_ path: String) throws {
        self.path = path
        text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// Why this script may do otherwise than a newer one, which the executables follow; `nil` where it is new enough for a
    /// case.
    func lacks(for recording: Recording) -> String? {
        let hasCharts = (try? recording.filesBefore())?.values
            .contains { String(decoding: $0, as: UTF8.self).contains("rancher/charts/") }
        if hasCharts == true, !text.contains("rancher/charts/") { return "a release without charts" }
        guard !text.contains("source-registry") else { return nil }
        let argv = recording.argv
        if argv.contains("-s") || argv.contains("--source-registry") { return "a release without --source-registry" }
        if argv.contains(where: { $0.hasSuffix("/") }) { return "a release that keeps the registry's slash" }
        if argv.contains("--windows-image-list"), !argv.contains("--windows-versions") {
            return "a release with other Windows versions"
        }
        return nil
    }
}
