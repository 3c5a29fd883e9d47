import CommandLine
import SystemIO

/// The content of a report (`--report`).
struct ReportDocument: Sendable {
    enum Result: String, Sendable, CaseIterable {
        case success
        /// Some images failed, or the pushed images are not from the archive.
        case incomplete
        /// All images failed, or the run could not be executed.
        case failed
        case stopped
    }

    let program: Program
    let mode: ScriptMode
    let settings: [Setting]
    /// `docker` or `registry`; `nil` if the run ended before the engine was known.
    var engine: String?
    let start: Timestamp
    var end: Timestamp
    /// The exit status; `nil` if the run was stopped.
    var status: Int32?
    /// The reason that the run failed, was stopped, or did not load the archive.
    var cause: String?
    /// In the order of the list.
    var entries: [ReportEntry] = []

    init(_ options: Options) {
        program = options.program
        mode = options.mode
        settings = options.settings
        start = .now
        end = start
    }

    var result: Result {
        let failed = count(.failed)
        guard let status else { return .stopped }
        if failed > 0 && failed == entries.count { return .failed }
        if cause != nil { return status == 0 ? .incomplete : .failed }
        return failed > 0 ? .incomplete : status == 0 ? .success : .failed
    }

    /// The number of images with a result.
    func count(_ result: ReportEntry.Result) -> Int { entries.count { $0.result == result } }
}
