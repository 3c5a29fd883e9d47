import CCurl
import Glibc

/// libcurl's caches of addresses and TLS sessions, shared by all handles of a client.
///
/// `@unchecked Sendable`: libcurl locks one of `locks`, the one for the kind of data, for each access to a cache.
final class CurlShare: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer?
    private let locks: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        let count = Int(CURL_LOCK_DATA_LAST.rawValue)
        locks = .allocate(capacity: count)
        for kind in 0..<count { pthread_mutex_init(locks + kind, nil) }
        handle = TransferEngine.initialized == CURLE_OK ? curl_share_init() : nil
        // On failure, each handle has its own caches.
        if let handle { _ = shim_share_caches(handle, locks, curlLock, curlUnlock) }
    }

    deinit {
        if let handle { curl_share_cleanup(handle) }
        locks.deallocate()
    }
}

private func mutex(
    _ locks: UnsafeMutableRawPointer?,
    _ kind: curl_lock_data
) -> UnsafeMutablePointer<pthread_mutex_t>? {
    locks.map { $0.assumingMemoryBound(to: pthread_mutex_t.self) + Int(kind.rawValue) }
}

private let curlLock: curl_lock_function = { _, kind, _, locks in
    if let mutex = mutex(locks, kind) { pthread_mutex_lock(mutex) }
}

private let curlUnlock: curl_unlock_function = { _, kind, locks in
    if let mutex = mutex(locks, kind) { pthread_mutex_unlock(mutex) }
}
