import CommandLine
import SystemIO

/// All that a report tells of a run.
struct ReportDocument: Sendable {
    enum Result: String, Sendable, CaseIterable {
        case success
        /// Some images failed, or what was pushed is not from the archive.
        case incomplete
        /// All images failed, or the run could not be done.
        case failed
        case stopped
    }

    let program: Program
    let mode: ScriptMode
    let settings: [Setting]
    /// Who moved the images: `docker` or `registry`; `nil` where the run ended before that was known.
    var engine: String?
    let start: Timestamp
    var end: Timestamp
    /// `nil` where the run was stopped.
    var status: Int32?
    /// Why the run failed as a whole, was stopped, or did not load the archive.
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

    /// What became of the run.
    var result: Result {
        let failed = count(.failed)
        guard let status else { return .stopped }
        if failed > 0 && failed == entries.count { return .failed }
        if cause != nil { return status == 0 ? .incomplete : .failed }
        return failed > 0 ? .incomplete : status == 0 ? .success : .failed
    }

    /// The executable's name.
    var programName: String {
        switch program {
        case .save: "rancher-save-images"
        case .load: "rancher-load-images"
        }
    }

    /// How many images have this result.
    func count(_ result: ReportEntry.Result) -> Int { entries.count { $0.result == result } }
}
