import CommandLine
import Dispatch
import Engine
import OCI
import Synchronization
import SystemIO

/// Collects the outcomes of a run, and writes the report once, however the run ends. `state`'s lock protects the document, `isWritten`'s
/// the file.
final class RunReport: Sendable {
    private struct State {
        var document: ReportDocument
        /// The number of entries, from the first on, with an outcome.
        var settled = 0
        /// The blobs of pulled images.
        var counted: Set<Digest> = []
        /// Whether images are pushed although the archive was not loaded.
        var isUnloaded = false
    }

    private let path: String?
    private let keepsManifests: Bool
    private let state: Mutex<State>
    /// Locked while the report is written, so that a second writer waits.
    private let isWritten = Mutex(false)

    init(_ options: Options) {
        let extensions = options.extensions
        let isMoving = !extensions.check && !extensions.list && extensions.repair == nil
        path = isMoving ? extensions.report : nil
        keepsManifests = extensions.archiveFormat == .containerd
        state = Mutex(State(document: ReportDocument(options)))
    }

    /// Records which engine moves the images.
    func note(engine: String) {
        state.withLock { $0.document.engine = engine }
    }

    /// Sets the images of the run, in order.
    func plan(_ entries: [ReportEntry]) {
        state.withLock { $0.document.entries = entries }
    }

    /// Records the reason that the run fails.
    func fail(_ cause: String) {
        state.withLock { $0.document.cause = cause }
    }

    /// Records that the archive was not loaded, although the run continues with what docker's local store has.
    func archiveIsNotLoaded(_ cause: String) {
        state.withLock { state in
            state.document.cause = cause
            state.isUnloaded = true
        }
    }

    /// Records that the archive has the pulled images.
    func archiveIsWritten() {
        state.withLock { state in
            for index in state.document.entries.indices where state.document.entries[index].result == .pulled {
                state.document.entries[index].result = .saved
            }
        }
    }

    /// Records the outcome of the next image.
    func settle(_ outcome: PullOutcome) {
        settleNext { $0.record(outcome, keepsManifest: keepsManifests, counted: &$1) }
    }

    /// Records the outcome of the next step.
    func settle(_ outcome: LoadOutcome) {
        let isUnloaded = state.withLock(\.isUnloaded)
        settleNext { entry, _ in
            entry.record(outcome)
            guard isUnloaded, entry.result == .loaded, case .push = outcome.step.action else { return }
            entry.cause = "pushed from docker's local store: the archive was not loaded"
        }
    }

    /// Records the outcome of the next chart that is a file.
    ///
    /// - Parameter cause: the reason of a failure; `nil` for success.
    func settleChart(_ success: ReportEntry.Result, cause: String?) {
        settleNext { entry, _ in
            entry.result = cause == nil ? success : .failed
            entry.cause = cause
        }
    }

    private func settleNext(_ change: (inout ReportEntry, inout Set<Digest>) -> Void) {
        state.withLock { state in
            guard state.settled < state.document.entries.count else { return }
            change(&state.document.entries[state.settled], &state.counted)
            state.settled += 1
        }
    }

    /// Runs a command and writes the report of it.
    ///
    /// - Parameter outputs: the command is not run if the report among them cannot be written.
    /// - Returns: the command's exit status, or 1 if the report could not be written.
    func around(_ outputs: OutputFiles, console: Console, _ command: @Sendable () async -> Int32) async -> Int32 {
        guard let path else { return await command() }
        do {
            try await outputs.verifyReport()
        } catch {
            console.notice("\(error)")
            return 1
        }
        let status = await withTaskCancellationHandler {
            await command()
        } onCancel: { [self] in
            // Does not wait for commands that do not stop, such as docker's.
            DispatchQueue(label: "report")
                .asyncAfter(deadline: .now() + Self.timeToStop) { try? self.write(nil, to: path) }
        }
        let isStopped = Task.isCancelled && status != 0
        do {
            // A cancelled task could not wait for a thread.
            try await Task.detached { [self] in
                try await onThread { [self] in try write(isStopped ? nil : status, to: path) }
            }
            .value
            return status
        } catch {
            console.notice("the report was not written: \(error)")
            return max(status, 1)
        }
    }

    /// The time that a stopped run has to end, before the report is written without its last outcomes.
    private static let timeToStop: DispatchTimeInterval = .milliseconds(500)

    /// - Parameter status: the exit status; `nil` if the run was stopped.
    private func write(_ status: Int32?, to path: String) throws {
        try isWritten.withLock { isWritten in
            guard !isWritten else { return }
            isWritten = true
            var document = state.withLock(\.document)
            document.end = .now
            document.status = status
            if status == nil { document.cause = "the run was stopped" }
            try File.write(path.hasSuffix(".xml") ? document.junit : document.json, replacing: path)
        }
    }
}
