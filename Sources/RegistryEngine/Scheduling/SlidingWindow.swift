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

/// Brings elements to a stage one after the other, then works on a few of them at a time, and gives the results in their order.
///
/// The stage of an element runs beside the work on those before it.
///
/// - Parameters:
///   - width: how many elements are in the stage or worked on at a time, 1 or more.
///   - stage: called with one element at a time, in their order.
///   - work: called with what the stage makes of each.
///   - deliver: called with each result, in the order of the elements.
/// - Throws: the first error of `stage`, `work` or `deliver`, after the rest was cancelled.
func stagedWindow<Element: Sendable, Staged: Sendable, Result: Sendable>(
    over elements: [Element],
    width: Int,
    stage: @escaping @Sendable (Element) async throws -> Staged,
    work: @escaping @Sendable (Staged) async throws -> Result,
    deliver: (Result) throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: StagedEvent<Staged, Result>.self) { group in
        var begun = 0
        var underWay = 0
        var isStageFree = true
        var delivered = 0
        var waiting: [Int: Result] = [:]
        func begin() {
            guard isStageFree, underWay < width, begun < elements.count else { return }
            let index = begun
            let element = elements[index]
            group.addTask { .staged(index, try await stage(element)) }
            begun += 1
            underWay += 1
            isStageFree = false
        }
        begin()
        while let event = try await group.next() {
            switch event {
            case .staged(let index, let staged):
                group.addTask { .done(index, try await work(staged)) }
                isStageFree = true
            case .done(let index, let result):
                underWay -= 1
                waiting[index] = result
                while let next = waiting.removeValue(forKey: delivered) {
                    try deliver(next)
                    delivered += 1
                }
            }
            begin()
        }
    }
}

private enum StagedEvent<Staged: Sendable, Result: Sendable>: Sendable {
    case staged(Int, Staged)
    case done(Int, Result)
}

/// Prepares many elements, a few ahead, and takes them one after the other in their order.
///
/// - Parameters:
///   - elements: what is prepared; begun in this order.
///   - width: how many are under way or waiting at a time, 1 or more.
///   - prepare: called with each element, of several at a time.
///   - consume: called with each element and its result, of one at a time, in the order of the elements.
/// - Throws: the first error of `prepare` or `consume`, after the rest was cancelled.
func orderedWindow<Element: Sendable, Result: Sendable>(
    over elements: [Element],
    width: Int,
    prepare: @escaping @Sendable (Element) async throws -> Result,
    consume: (Element, Result) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var begun = 0
        var ready: [Int: Result] = [:]
        for (index, element) in elements.enumerated() {
            while begun < min(index + width, elements.count) {
                let number = begun
                let next = elements[number]
                group.addTask { (number, try await prepare(next)) }
                begun += 1
            }
            var result = ready.removeValue(forKey: index)
            while result == nil, let (number, other) = try await group.next() {
                if number == index { result = other } else { ready[number] = other }
            }
            // The element was begun above, so its result comes before the group is empty.
            guard let result else { return }
            try await consume(element, result)
        }
    }
}
