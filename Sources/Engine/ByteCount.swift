/// A human-readable number of bytes in powers of 1000: `512 B`, `1.2 MB`, `312 GB`.
package struct ByteCount: Sendable, Hashable, CustomStringConvertible {
    package let bytes: Int64

    package init(_ bytes: Int64) { self.bytes = bytes }

    /// The number with one decimal below 100 of a unit, else with none.
    package var description: String {
        let units = ["kB", "MB", "GB", "TB", "PB"]
        guard bytes >= 1000 else { return "\(bytes) B" }
        var tenths = bytes / 100 + (bytes % 100 >= 50 ? 1 : 0)
        var unit = 0
        while tenths >= 10_000, unit + 1 < units.count {
            tenths = (tenths + 500) / 1000
            unit += 1
        }
        return tenths < 1000 ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\((tenths + 5) / 10) \(units[unit])"
    }
}
