import Glibc
import Synchronization

/// The limits of the system for this process.
///
/// Without threads, descriptors or memory, the libraries that run tasks wait forever or crash. So a program checks the limits first.
package enum ProcessLimits {
    /// The number of open files for a program that moves several blobs at a time.
    private static let wantedFiles: rlim_t = 4096

    /// Checks the needs of every run, and raises the limit of open files. To be called at the start, while the process has one thread.
    package static func check() throws(ProcessLimitError) {
        try requireFiles(64)
        try requireMemory(1 << 30)
        try requireThreads(2 * cores + 8)
    }

    /// Checks whether `count` threads can be started in addition to those of the cooperative pool.
    package static func requireThreads(inAdditionToTasks count: Int) throws(ProcessLimitError) {
        try requireThreads(count + cores + 4)
    }

    private static let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    private static func requireThreads(_ needed: Int) throws(ProcessLimitError) {
        var threads: [WorkerThread] = []
        // The threads end when enough have been started, or no more can be.
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

    /// Checks whether `count` files can be open.
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

    /// Checks whether `count` more bytes of memory can be mapped.
    static func requireMemory(_ count: Int) throws(ProcessLimitError) {
        let address = mmap(nil, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        let isMapped = address != nil && address != MAP_FAILED
        if isMapped { munmap(address, count) }
        guard !isMapped || limit(RLIMIT_DATA).map({ $0.rlim_cur < rlim_t(count) }) ?? false else { return }
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

/// A limit of the system that is too low.
package struct ProcessLimitError: Error, CustomStringConvertible {
    package let description: String
}
