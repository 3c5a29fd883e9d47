extension BidirectionalCollection {
    /// The collection without the elements at both ends that satisfy `condition`.
    package func trimming(while condition: (Element) -> Bool) -> SubSequence {
        let start = firstIndex { !condition($0) } ?? endIndex
        return self[start...].trimmingSuffix(while: condition)
    }

    /// The collection without the elements at its end that satisfy `condition`.
    package func trimmingSuffix(while condition: (Element) -> Bool) -> SubSequence {
        let last = lastIndex { !condition($0) }
        return self[..<(last.map(index(after:)) ?? startIndex)]
    }
}
