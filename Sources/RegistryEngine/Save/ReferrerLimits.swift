import OCI

/// The limits of an image's referrers. All referrers are kept in memory, and every user who may push to the repository may push referrers.
enum ReferrerLimits {
    /// The maximum depth. A signature of an image has depth 1, a signature of the image's bill of materials depth 2.
    static let depth = 4
    /// The maximum number of referrers of an image, direct or indirect.
    static let count = 1_000
    /// The maximum number of manifests below an index that refers to an image.
    static let manifests = 100
    /// The maximum size of all manifests of the referrers, in bytes.
    static let bytes = 16 << 20
    /// The maximum number of listed referrers that cannot be read: each takes a request.
    static let failures = 16
}

/// Counts the referrers of an image against ``ReferrerLimits``.
struct ReferrerBudget {
    private var count = 0
    private var bytes = 0
    private var failures = 0

    /// The reason that the remaining referrers are skipped; `nil` while the limits are not reached.
    private(set) var exhausted: String?

    /// Counts a referrer.
    ///
    /// - Parameter manifests: the manifests of the referrer.
    /// - Returns: whether the referrer fits within the limits.
    mutating func take(_ manifests: [Manifest]) -> Bool {
        count += 1
        bytes += manifests.reduce(0) { $0 + $1.bytes.count }
        if count > ReferrerLimits.count || bytes > ReferrerLimits.bytes {
            exhausted = "more refers to it than 1000 manifests or 16 MiB of them; the others are left out"
        }
        return exhausted == nil
    }

    /// Counts a referrer that cannot be read.
    mutating func fail(_ cause: String) {
        failures += 1
        if failures >= ReferrerLimits.failures {
            exhausted =
                "\(failures) manifests that are listed as referring to it cannot be read, the last since \(cause);"
                + " the others are left out"
        }
    }
}
