import ImageModel

/// How much may refer to an image. It is all kept in memory until it is in its place, and anybody who may push to a repository may
/// push referrers.
enum ReferrerLimits {
    /// A signature of an image is 1 deep, a signature of that image's bill of materials 2.
    static let depth = 4
    /// How many there may be of an image, and of what refers to it.
    static let count = 1_000
    /// What their manifests may have together, in bytes.
    static let bytes = 16 << 20
}

/// Counts what refers to an image.
struct ReferrerBudget {
    private var count = 0
    private var bytes = 0

    /// - Parameter manifests: those of one that refers to it.
    /// - Returns: whether it may be had.
    mutating func take(_ manifests: [Manifest]) -> Bool {
        count += 1
        bytes += manifests.reduce(0) { $0 + $1.bytes.count }
        return !isExhausted
    }

    /// Whether no more may be had.
    var isExhausted: Bool { count > ReferrerLimits.count || bytes > ReferrerLimits.bytes }

    /// Why what is left is not had.
    static let exhausted = "more refers to it than 1000 manifests or 16 MiB of them; the others are left out"
}
