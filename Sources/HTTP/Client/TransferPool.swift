import Dispatch
import Synchronization
import SystemIO

/// A transfer and the continuation of its caller.
struct Job: Sendable {
    let transfer: Transfer
    let continuation: CheckedContinuation<HTTPResponseHead, any Error>

    init(_ transfer: Transfer, _ continuation: CheckedContinuation<HTTPResponseHead, any Error>) {
        self.transfer = transfer
        self.continuation = continuation
    }
}

/// The threads of a client and their jobs.
///
/// A job is resumed exactly once: by the worker that runs it, or by `cancel` if it removes the job from the queue.
final class TransferPool: Sendable {
    private struct State {
        var queue = JobQueue<Job>()
        /// The unfinished job of each worker.
        var current: [Job?]
        var threads: [WorkerThread] = []
        var hasEnded = false
    }

    private let state: Mutex<State>
    private let engines: [TransferEngine]
    private let wakes: [DispatchSemaphore]

    init(_ configuration: HTTPClient.Configuration) {
        let count = max(1, configuration.threads)
        let share = CurlShare()
        engines = (0..<count).map { _ in TransferEngine(configuration, share) }
        wakes = (0..<count).map { _ in DispatchSemaphore(value: 0) }
        state = Mutex(State(current: Array(repeating: nil, count: count)))
        // Under the lock, so that no worker starts before the state is complete.
        state.withLock { state in
            state.threads = (0..<count).compactMap { worker in WorkerThread { self.work(worker) } }
        }
    }

    /// Runs the job when a worker is idle.
    func submit(_ job: Job) {
        let transfer = job.transfer
        let refusal = state.withLock { state -> (any Error)? in
            guard !state.threads.isEmpty else {
                return HTTPError(.failed, "\(transfer.address.authority) was not asked: no thread could be started")
            }
            // The task may have been cancelled before.
            guard !transfer.isCancelled else { return CancellationError() }
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

    /// Ends a waiting or running transfer with `CancellationError`.
    func cancel(_ transfer: Transfer) {
        transfer.cancel()
        let waiting = state.withLock { state -> Job? in
            if let worker = state.current.firstIndex(where: { $0?.transfer === transfer }) {
                engines[worker].wake()
            }
            return state.queue.remove(ObjectIdentifier(transfer))
        }
        waiting?.continuation.resume(throwing: CancellationError())
    }

    /// Ends the threads and waits for them. Called once, when no job is running.
    func end() {
        let threads = state.withLock { state in
            state.hasEnded = true
            return state.threads
        }
        for wake in wakes { wake.signal() }
        for thread in threads { thread.join() }
    }

    private func work(_ worker: Int) {
        var job = begin(worker, last: nil) ?? wait(worker)
        while let current = job {
            let result = engines[worker].run(current.transfer)
            // The worker becomes idle before the caller resumes: the caller's next request then finds this worker and
            // its connection.
            let next = begin(worker, last: current.transfer.address)
            current.continuation.resume(with: result)
            job = next ?? wait(worker)
        }
    }

    /// Assigns the next job in the queue to the worker, or records that the worker is idle.
    ///
    /// - Returns: `nil` if the queue is empty or the pool has ended.
    private func begin(_ worker: Int, last: HTTPAddress?) -> Job? {
        state.withLock { state in
            state.current[worker] = state.hasEnded ? nil : state.queue.next(for: worker, last: last)
            return state.current[worker]
        }
    }

    /// Waits for a job; `nil` when the pool has ended.
    private func wait(_ worker: Int) -> Job? {
        wakes[worker].wait()
        return state.withLock { $0.current[worker] }
    }
}
