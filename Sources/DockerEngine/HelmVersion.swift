/// The version that `helm version --short` prints: `v3.14.2+gc309b6f`.
struct HelmVersion: Equatable, Comparable {
    let major: Int
    let minor: Int

    /// The first one that has OCI charts without an experimental switch.
    static let firstWithCharts = HelmVersion(major: 3, minor: 8)

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads what helm prints; helm 2 writes `Client: ` in front.
    init?(_ text: String) {
        let digits = text.drop { !$0.isWholeNumber }.prefix { $0.isWholeNumber || $0 == "." }
        let numbers = digits.split(separator: ".").prefix(2).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    static func < (left: HelmVersion, right: HelmVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
