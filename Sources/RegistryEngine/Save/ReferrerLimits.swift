import OCI

/// How much may refer to an image. It is all kept in memory until it is in its place, and anybody who may push to a repository may
/// push referrers.
enum ReferrerLimits {
    /// A signature of an image is 1 deep, a signature of that image's bill of materials 2.
    static let depth = 4
    /// How many there may be of an image, and of what refers to it.
    static let count = 1_000
    /// How many manifests an index may lead to that refers to an image.
    static let manifests = 100
    /// What their manifests may have together, in bytes.
    static let bytes = 16 << 20
    /// How many of an image may be listed that cannot be read: each costs a request.
    static let failures = 16
}

/// Counts what refers to an image.
struct ReferrerBudget {
    private var count = 0
    private var bytes = 0
    private var failures = 0

    /// Why no more is asked for; `nil` as long as that is not so.
    private(set) var exhausted: String?

    /// - Parameter manifests: those of one that refers to it.
    /// - Returns: whether it is saved.
    mutating func take(_ manifests: [Manifest]) -> Bool {
        count += 1
        bytes += manifests.reduce(0) { $0 + $1.bytes.count }
        if count > ReferrerLimits.count || bytes > ReferrerLimits.bytes {
            exhausted = "more refers to it than 1000 manifests or 16 MiB of them; the others are left out"
        }
        return exhausted == nil
    }

    /// Records one that cannot be read.
    mutating func fail(_ cause: String) {
        failures += 1
        if failures >= ReferrerLimits.failures {
            exhausted =
                "\(failures) manifests that are listed as referring to it cannot be read, the last since \(cause);"
                + " the others are left out"
        }
    }
}
