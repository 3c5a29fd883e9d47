/// Does work on many elements, a few at a time, and gives the results in the order of the elements.
///
/// As one ends the next is begun; nothing waits for the slowest but the order of the results.
///
/// - Parameters:
///   - elements: what is worked on; begun in this order.
///   - width: how many at a time, 1 or more.
///   - work: called with each element.
///   - deliver: called with each result, in the order of the elements.
/// - Throws: the first error of `work` or `deliver`, after the rest was cancelled.
func slidingWindow<Element: Sendable, Result: Sendable>(
    over elements: [Element],
    width: Int,
    work: @escaping @Sendable (Element) async throws -> Result,
    deliver: (Int, Result) throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var begun = 0
        var delivered = 0
        var waiting: [Int: Result] = [:]
        func begin() {
            guard begun < elements.count else { return }
            let index = begun
            let element = elements[index]
            group.addTask { (index, try await work(element)) }
            begun += 1
        }
        for _ in 0..<width { begin() }
        while let (index, result) = try await group.next() {
            begin()
            waiting[index] = result
            while let next = waiting.removeValue(forKey: delivered) {
                try deliver(delivered, next)
                delivered += 1
            }
        }
    }
}
