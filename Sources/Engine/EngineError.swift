/// The reason that an engine cannot start or finish a task.
package struct EngineError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
