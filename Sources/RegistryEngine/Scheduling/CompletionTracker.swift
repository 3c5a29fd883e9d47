/// Which of the things that others wait for are done: a blob in a repository, a name in the registry.
///
/// A blob goes over the wire once: later images mount it from the repository that got it first, and wait until that one has it.
actor CompletionTracker<Key: Hashable & Sendable> {
    private enum Entry {
        case pending([CheckedContinuation<Bool, Never>])
        case settled(Bool)
    }

    private var entries: [Key: Entry] = [:]

    /// Waits until it is settled whether something was done.
    func isDone(_ key: Key) async -> Bool {
        if case .settled(let isDone) = entries[key] { return isDone }
        return await withCheckedContinuation { continuation in
            var waiting: [CheckedContinuation<Bool, Never>] = []
            if case .pending(let others) = entries[key] { waiting = others }
            entries[key] = .pending(waiting + [continuation])
        }
    }

    /// Settles whether something was done, and tells those who wait. What has been settled stays as it is.
    func settle(_ key: Key, _ isDone: Bool) {
        switch entries[key] {
        case .settled: return
        case .pending(let waiting):
            entries[key] = .settled(isDone)
            for continuation in waiting { continuation.resume(returning: isDone) }
        case nil:
            entries[key] = .settled(isDone)
        }
    }
}
