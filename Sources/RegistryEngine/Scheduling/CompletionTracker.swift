/// The completion of uploads that others wait for: a blob of a repository, or a name of the registry.
///
/// A blob is uploaded once: later images wait until the first repository has the blob, and mount it from there.
actor CompletionTracker<Key: Hashable & Sendable> {
    private enum Entry {
        case pending([CheckedContinuation<Bool, Never>])
        case settled(Bool)
    }

    private var entries: [Key: Entry] = [:]

    /// Waits for the completion of `key`.
    ///
    /// - Returns: whether the upload succeeded.
    func isDone(_ key: Key) async -> Bool {
        if case .settled(let isDone) = entries[key] { return isDone }
        return await withCheckedContinuation { continuation in
            var waiting: [CheckedContinuation<Bool, Never>] = []
            if case .pending(let others) = entries[key] { waiting = others }
            entries[key] = .pending(waiting + [continuation])
        }
    }

    /// Records whether the upload succeeded, and resumes the waiting tasks. Later results of `key` are ignored.
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
