import ImageEngine
import ScriptInterface
import Synchronization

/// Prints the scripts' lines for each step of a load, and keeps which lines of the lists failed.
final class StepRecord: LoadObserver {
    private let plan: LoadPlan
    private let mode: ScriptMode
    private let console: Console
    private let failures = Mutex<Set<ImageList.Entry>>([])

    init(plan: LoadPlan, mode: ScriptMode, console: Console) {
        self.plan = plan
        self.mode = mode
        self.console = console
    }

    /// The lines of the lists that there are steps for, each once, in the order of the steps.
    var entries: [ImageList.Entry] {
        var seen: Set<ImageList.Entry> = []
        return plan.steps.map(\.entry).filter { seen.insert($0).inserted }
    }

    /// Those of the lines of which a step failed.
    var failed: [ImageList.Entry] {
        let failures = failures.withLock(\.self)
        return entries.filter(failures.contains)
    }

    func willPerform(_ index: Int) {
        switch plan.steps[index] {
        case .push(_, _, let target):
            if mode == .powerShell { console.print(ScriptLines.tagging(target)) }
        case .manifestList(_, let target, let architectures):
            console.print(ScriptLines.preparingManifest(target, architectures: architectures))
        }
    }

    func didPerform(_ index: Int, cause: String?) {
        guard let cause else { return }
        let entry = plan.steps[index].entry
        console.warn("\(entry.reference): \(cause)")
        failures.withLock { _ = $0.insert(entry) }
    }
}

extension LoadPlan.Step {
    fileprivate var entry: ImageList.Entry {
        switch self {
        case .push(let entry, _, _), .manifestList(let entry, _, _): entry
        }
    }
}
