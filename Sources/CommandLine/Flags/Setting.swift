/// The value of a flag that applies in a run. No setting is a secret.
package struct Setting: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        /// Not set, and without a default.
        case none
        /// The value of a switch.
        case isOn(Bool)
        /// An unparsed value.
        case text(String)
        /// The unparsed values of a flag that can be repeated.
        case texts([String])

        init(_ text: String?) { self = text.map { .text($0) } ?? .none }
    }

    /// The flag's name without its dashes.
    package let name: String
    package let value: Value
}
