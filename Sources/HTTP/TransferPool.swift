import Dispatch
import Synchronization

/// A transfer and who waits for it.
struct Job: Sendable {
    let transfer: Transfer
    let continuation: CheckedContinuation<HTTPResponseHead, any Error>

    init(_ transfer: Transfer, _ continuation: CheckedContinuation<HTTPResponseHead, any Error>) {
        self.transfer = transfer
        self.continuation = continuation
    }
}

/// The threads of a client and what they have to do.
///
/// A job's continuation is resumed by whoever has the job: the worker it was given to, or who took it out of the queue.
final class TransferPool: Sendable {
    private struct State {
        var queue = JobQueue<Job>()
        /// What each worker has been given and has not finished.
        var current: [Job?]
        var threads: [WorkerThread] = []
        var isClosed = false
    }

    private let state: Mutex<State>
    private let engines: [TransferEngine]
    private let wakes: [DispatchSemaphore]

    init(_ configuration: HTTPClient.Configuration) {
        let count = max(1, configuration.threads)
        engines = (0..<count).map { _ in TransferEngine(configuration) }
        wakes = (0..<count).map { _ in DispatchSemaphore(value: 0) }
        state = Mutex(State(current: Array(repeating: nil, count: count)))
        // Under the lock, so that no worker can look for work before all of this is in place.
        state.withLock { state in
            state.threads = (0..<count).compactMap { worker in WorkerThread { self.work(worker) } }
        }
    }

    /// Has the job done, as soon as a worker is idle.
    func submit(_ job: Job) {
        let transfer = job.transfer
        let refusal = state.withLock { state -> (any Error)? in
            guard !state.isClosed else { return transfer.closedError }
            guard !state.threads.isEmpty else {
                return HTTPError(.failed, "\(transfer.address.authority) was not asked: no thread could be started")
            }
            // A task may be cancelled before it gets here.
            guard transfer.stopReason == .none else { return transfer.stopError }
            if let worker = state.queue.add(job, id: ObjectIdentifier(transfer), to: transfer.address) {
                state.current[worker] = job
                wakes[worker].signal()
            }
            return nil
        }
        if let refusal {
            job.continuation.resume(throwing: refusal)
        }
    }

    /// Ends a transfer with `CancellationError`, whether it waits or runs.
    func cancel(_ transfer: Transfer) {
        transfer.stop(.cancelled)
        let waiting = state.withLock { state -> Job? in
            if let worker = state.current.firstIndex(where: { $0?.transfer === transfer }) {
                engines[worker].wake()
            }
            return state.queue.remove(ObjectIdentifier(transfer))
        }
        waiting?.continuation.resume(throwing: CancellationError())
    }

    /// Ends all transfers and then the threads.
    func close() {
        let (waiting, threads) = state.withLock { state in
            state.isClosed = true
            for (worker, job) in state.current.enumerated() {
                job?.transfer.stop(.closed)
                engines[worker].wake()
                wakes[worker].signal()
            }
            defer { state.threads = [] }
            return (state.queue.removeAll(), state.threads)
        }
        for job in waiting {
            job.continuation.resume(throwing: job.transfer.closedError)
        }
        for thread in threads {
            thread.join()
        }
    }

    private func work(_ worker: Int) {
        var job = begin(worker, last: nil) ?? wait(worker)
        while let current = job {
            let result = engines[worker].run(current.transfer)
            // Idle before whoever waits goes on: what that asks next finds this worker, which has the connection.
            let next = begin(worker, last: current.transfer.address)
            current.continuation.resume(with: result)
            job = next ?? wait(worker)
        }
    }

    /// Gives the worker the next job in the queue, or takes note that it is idle.
    ///
    /// - Returns: `nil` where nothing waits, or the pool was closed.
    private func begin(_ worker: Int, last: HTTPAddress?) -> Job? {
        state.withLock { state in
            state.current[worker] = state.isClosed ? nil : state.queue.next(for: worker, last: last)
            return state.current[worker]
        }
    }

    /// Waits for a job; `nil` when the pool was closed.
    ///
    /// `submit` and `close` signal once each, so the wait ends at once where the pool was closed meanwhile.
    private func wait(_ worker: Int) -> Job? {
        wakes[worker].wait()
        return state.withLock { $0.current[worker] }
    }
}
