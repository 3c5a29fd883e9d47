import OCI
import SystemIO

/// Which blob is fetched next.
///
/// Blobs come in the order of the list, so that images are done one after the other. But a blob that would take as long as all
/// that is left takes on the other transfers is begun at once: begun later, it would be under way alone at the end.
struct FetchSchedule {
    /// What is still to be begun, in order.
    private var ordered: [Descriptor]
    private var next = 0
    /// The same, the largest first.
    private var largest: [Descriptor]
    private var nextLargest = 0
    private var begun: Set<Digest> = []
    private let jobs: Int64
    /// The size of all that is still to be begun, in bytes.
    private var left: Int64

    /// - Parameters:
    ///   - blobs: in the order of the list, each once.
    ///   - jobs: how many are fetched at a time.
    init(_ blobs: [Descriptor], jobs: Int) {
        ordered = blobs
        largest = blobs.sorted { $0.size > $1.size }
        self.jobs = Int64(jobs)
        left = blobs.saturatedSum(of: \.size)
    }

    /// The blob to begin now; `nil` where none is left.
    mutating func begin() -> Descriptor? {
        while nextLargest < largest.count, begun.contains(largest[nextLargest].digest) { nextLargest += 1 }
        guard nextLargest < largest.count else { return nil }
        let candidate = largest[nextLargest]
        // A little early, since several large ones may be left, and the transfers under way take their share.
        if candidate.size >= left / jobs * 2 / 3 { return begin(candidate) }
        while begun.contains(ordered[next].digest) { next += 1 }
        return begin(ordered[next])
    }

    /// Takes blobs out that are not wanted any more.
    ///
    /// - Returns: those of them that had not been begun.
    mutating func remove(_ digests: Set<Digest>) -> [Descriptor] {
        let removed = ordered[next...].filter { digests.contains($0.digest) && begun.insert($0.digest).inserted }
        left -= removed.saturatedSum(of: \.size)
        return Array(removed)
    }

    private mutating func begin(_ blob: Descriptor) -> Descriptor {
        begun.insert(blob.digest)
        left -= blob.size
        return blob
    }
}
