/// Processes elements concurrently, and delivers the results in the order of the elements.
///
/// The next element starts as soon as one is done. A slow element delays only the delivery of later results.
///
/// - Parameters:
///   - elements: the elements, which start in this order.
///   - width: the number of concurrent elements, 1 or more.
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
        var started = 0
        var delivered = 0
        var waiting: [Int: Result] = [:]
        func start() {
            guard started < elements.count else { return }
            let index = started
            let element = elements[index]
            group.addTask { (index, try await work(element)) }
            started += 1
        }
        for _ in 0..<width { start() }
        while let (index, result) = try await group.next() {
            start()
            waiting[index] = result
            while let next = waiting.removeValue(forKey: delivered) {
                try deliver(delivered, next)
                delivered += 1
            }
        }
    }
}

/// Prepares elements one after the other, processes the prepared elements concurrently, and delivers the results in the order of the
/// elements.
///
/// An element is prepared while earlier ones are processed.
///
/// - Parameters:
///   - width: the number of elements that are prepared or processed at a time, 1 or more.
///   - stage: prepares an element; called with one element at a time, in order.
///   - work: processes a prepared element.
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
        var started = 0
        var running = 0
        var isStageFree = true
        var delivered = 0
        var waiting: [Int: Result] = [:]
        func start() {
            guard isStageFree, running < width, started < elements.count else { return }
            let index = started
            let element = elements[index]
            group.addTask { .staged(index, try await stage(element)) }
            started += 1
            running += 1
            isStageFree = false
        }
        start()
        while let event = try await group.next() {
            switch event {
            case .staged(let index, let staged):
                group.addTask { .done(index, try await work(staged)) }
                isStageFree = true
            case .done(let index, let result):
                running -= 1
                waiting[index] = result
                while let next = waiting.removeValue(forKey: delivered) {
                    try deliver(next)
                    delivered += 1
                }
            }
            start()
        }
    }
}

private enum StagedEvent<Staged: Sendable, Result: Sendable>: Sendable {
    case staged(Int, Staged)
    case done(Int, Result)
}

/// Prepares elements concurrently, a few ahead, and consumes them one after the other in order.
///
/// - Parameters:
///   - elements: the elements, which start in this order.
///   - width: the number of elements that are prepared, or wait to be consumed, at a time, 1 or more.
///   - prepare: called with several elements at a time.
///   - consume: called with one element and its result at a time, in the order of the elements.
/// - Throws: the first error of `prepare` or `consume`, after the rest was cancelled.
func orderedWindow<Element: Sendable, Result: Sendable>(
    over elements: [Element],
    width: Int,
    prepare: @escaping @Sendable (Element) async throws -> Result,
    consume: (Element, Result) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var started = 0
        var ready: [Int: Result] = [:]
        for (index, element) in elements.enumerated() {
            while started < min(index + width, elements.count) {
                let number = started
                let next = elements[number]
                group.addTask { (number, try await prepare(next)) }
                started += 1
            }
            var result = ready.removeValue(forKey: index)
            while result == nil, let (number, other) = try await group.next() {
                if number == index { result = other } else { ready[number] = other }
            }
            // The element was started above, so its result arrives before the group is empty.
            guard let result else { return }
            try await consume(element, result)
        }
    }
}
