import OCI
import SystemIO

/// The order in which blobs are downloaded.
///
/// Blobs are downloaded in the order of the list, so that images are completed one after the other. A blob that takes as long as all
/// other remaining blobs together starts at once: if it started later, it would be the only transfer at the end.
struct FetchSchedule {
    /// The blobs in the order of the list.
    private var ordered: [Descriptor]
    private var next = 0
    /// The same blobs, the largest first.
    private var largest: [Descriptor]
    private var nextLargest = 0
    private var started: Set<Digest> = []
    private let jobs: Int64
    /// The size of the blobs that have not started, in bytes.
    private var remaining: Int64

    /// - Parameters:
    ///   - blobs: the blobs in the order of the list, without duplicates.
    ///   - jobs: the number of concurrent transfers.
    init(_ blobs: [Descriptor], jobs: Int) {
        ordered = blobs
        largest = blobs.sorted { $0.size > $1.size }
        self.jobs = Int64(jobs)
        remaining = blobs.saturatedSum(of: \.size)
    }

    /// Starts the next blob.
    ///
    /// - Returns: the blob; `nil` if no blob remains.
    mutating func start() -> Descriptor? {
        while nextLargest < largest.count, started.contains(largest[nextLargest].digest) { nextLargest += 1 }
        guard nextLargest < largest.count else { return nil }
        let candidate = largest[nextLargest]
        // Two thirds, since several large blobs may remain, and the running transfers take their share.
        if candidate.size >= remaining / jobs * 2 / 3 { return start(candidate) }
        while started.contains(ordered[next].digest) { next += 1 }
        return start(ordered[next])
    }

    /// Removes blobs.
    ///
    /// - Returns: the blobs among them that had not started.
    mutating func remove(_ digests: Set<Digest>) -> [Descriptor] {
        let removed = ordered[next...].filter { digests.contains($0.digest) && started.insert($0.digest).inserted }
        remaining -= removed.saturatedSum(of: \.size)
        return Array(removed)
    }

    private mutating func start(_ blob: Descriptor) -> Descriptor {
        started.insert(blob.digest)
        remaining -= blob.size
        return blob
    }
}
