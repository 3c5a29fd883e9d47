import Glibc
import Synchronization

/// What the system lets this process have.
///
/// The libraries that run tasks wait without end, or crash, if they get no thread, descriptor or memory. So a program asks first.
package enum ProcessLimits {
    /// How many files a program wants to have open that moves several blobs at a time.
    private static let wantedFiles: rlim_t = 4096

    /// Checks what every run needs, and raises the limit of open files. To be called at the start of a program, while it has one thread.
    package static func check() throws(ProcessLimitError) {
        try requireFiles(64)
        try requireMemory(1 << 30)
        try requireThreads(2 * cores + 8)
    }

    /// Checks whether threads can be started besides those that tasks get as they need them.
    ///
    /// - Parameter count: how many are going to be started.
    package static func requireThreads(besidesTasks count: Int) throws(ProcessLimitError) {
        try requireThreads(count + cores + 4)
    }

    private static let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    private static func requireThreads(_ needed: Int) throws(ProcessLimitError) {
        var threads: [WorkerThread] = []
        // They end when there are as many as are needed, or no more.
        let gate = Mutex(())
        gate.withLock { _ in
            while threads.count < needed, let thread = WorkerThread({ gate.withLock { _ in } }) {
                threads.append(thread)
            }
        }
        for thread in threads { thread.join() }
        guard threads.count < needed else { return }
        throw ProcessLimitError(
            description:
                "only \(threads.count) more threads can be started, and the run needs \(needed); raise the limit of processes"
                + " and threads (ulimit -u, TasksMax of a systemd unit, the pids limit of the container), or that of the address"
                + " space (ulimit -v)"
        )
    }

    /// Checks how many files may be open.
    static func requireFiles(_ count: rlim_t) throws(ProcessLimitError) {
        guard var limit = limit(RLIMIT_NOFILE) else { return }
        if limit.rlim_cur < wantedFiles, limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = min(limit.rlim_max, wantedFiles)
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        guard limit.rlim_cur < count else { return }
        throw ProcessLimitError(
            description:
                "only \(limit.rlim_cur) files can be open at a time, and the run needs \(count); raise the limit: ulimit -n"
        )
    }

    /// Checks how much memory may be mapped, besides what the process has at its start.
    static func requireMemory(_ count: Int) throws(ProcessLimitError) {
        let place = mmap(nil, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        let isThere = place != nil && place != MAP_FAILED
        if isThere { munmap(place, count) }
        guard !isThere || limit(RLIMIT_DATA).map({ $0.rlim_cur < rlim_t(count) }) ?? false else { return }
        throw ProcessLimitError(
            description:
                "less than \(count >> 30) GiB of memory can be mapped, and the run needs that; raise the limit of the address"
                + " space: ulimit -v, ulimit -d"
        )
    }

    private static func limit(_ resource: __rlimit_resource) -> rlimit? {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 ? limit : nil
    }
}

/// The system lets this process have less than it needs.
package struct ProcessLimitError: Error, CustomStringConvertible {
    package let description: String
}
