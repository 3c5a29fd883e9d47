/// Why a step of a load cannot be planned or done with what the archive has.
struct PlanningError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
