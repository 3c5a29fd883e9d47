/// Which worker does which job: the decisions only, without threads.
///
/// Jobs are begun in the order they came. Where several workers are idle, the job goes to one that last spoke to the same
/// address, for it has a connection.
struct JobQueue<Job> {
    private var waiting: [(id: ObjectIdentifier, job: Job)] = []
    private var idle: [(worker: Int, last: HTTPAddress?)] = []

    /// Takes a job in.
    ///
    /// - Returns: the idle worker that has to do it now, or `nil` if it waits.
    mutating func add(_ job: Job, id: ObjectIdentifier, to address: HTTPAddress) -> Int? {
        guard let newest = idle.indices.last else {
            waiting.append((id, job))
            return nil
        }
        // The one that became idle last is the most likely to have a living connection of any kind, and a warm stack.
        return idle.remove(at: idle.lastIndex { $0.last == address } ?? newest).worker
    }

    /// Takes note that the worker has nothing to do.
    ///
    /// - Returns: the job it has to do now, or `nil` if it is idle.
    mutating func next(for worker: Int, last: HTTPAddress?) -> Job? {
        guard waiting.isEmpty else { return waiting.removeFirst().job }
        idle.append((worker, last))
        return nil
    }

    /// Takes a waiting job out, or returns `nil` if it does not wait.
    mutating func remove(_ id: ObjectIdentifier) -> Job? {
        waiting.firstIndex { $0.id == id }.map { waiting.remove(at: $0).job }
    }
}
