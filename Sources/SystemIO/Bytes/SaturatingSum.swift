extension Int64 {
    /// Returns the sum, or the nearest bound of the type. Sizes from outside can have any value and must not trap.
    package func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }
}

extension Sequence {
    /// Returns the sum of the sizes of all elements, or the nearest bound of `Int64`.
    package func saturatedSum(of size: (Element) throws -> Int64) rethrows -> Int64 {
        try reduce(0) { $0.addingSaturated(try size($1)) }
    }
}
