import SystemIO
import TestSupport
import Testing

/// Sums of sizes from outside stay at the bounds of their type.
@Suite(.timeLimit(.minutes(1))) struct SaturatingSumTests {
    @Test(
        arguments: [
            ([], 0), ([1, 2, -4], -1), ([.max, 1], .max), ([1 << 62, 1 << 62], .max), ([.min, -1], .min),
            ([.max, .max, .max], .max), ([.max, 1, -1], .max - 1),
        ] as [([Int64], Int64)]
    )
    func sum(sizes: [Int64], expected: Int64) {
        #expect(sizes.saturatedSum(of: \.self) == expected)
    }
}
