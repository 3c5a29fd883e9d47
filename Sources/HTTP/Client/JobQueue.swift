/// The assignment of jobs to workers, without threads.
///
/// Jobs start in FIFO order. Of several idle workers, one whose last job had the same address is preferred, because it
/// has a connection.
struct JobQueue<Job> {
    private var waiting: [(id: ObjectIdentifier, job: Job)] = []
    private var idle: [(worker: Int, last: HTTPAddress?)] = []

    /// Adds a job.
    ///
    /// - Returns: The idle worker that runs the job now; `nil` if the job waits.
    mutating func add(_ job: Job, id: ObjectIdentifier, to address: HTTPAddress) -> Int? {
        guard let newest = idle.indices.last else {
            waiting.append((id, job))
            return nil
        }
        // The worker that became idle last most likely has a live connection.
        return idle.remove(at: idle.lastIndex { $0.last == address } ?? newest).worker
    }

    /// Records that the worker is idle.
    ///
    /// - Returns: The job to run now; `nil` if there is none.
    mutating func next(for worker: Int, last: HTTPAddress?) -> Job? {
        guard waiting.isEmpty else { return waiting.removeFirst().job }
        idle.append((worker, last))
        return nil
    }

    /// Removes a waiting job and returns it; `nil` if it is not waiting.
    mutating func remove(_ id: ObjectIdentifier) -> Job? {
        waiting.firstIndex { $0.id == id }.map { waiting.remove(at: $0).job }
    }
}
