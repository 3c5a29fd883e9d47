/// A node of a YAML document, with its aliases in place.
indirect enum YAMLNode: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// In the order of the document; of two entries with one key the last one counts.
    case mapping([(key: YAMLNode, value: YAMLNode)])

    /// Whether it is a scalar that stands for nothing, such as `~`.
    var isNull: Bool {
        if case .scalar(let scalar) = self, case .null = scalar.value { true } else { false }
    }

    /// The text that Go's YAML reader makes of a scalar where a text is wanted; `nil` for what is no scalar.
    var text: String? {
        if case .scalar(let scalar) = self { scalar.text } else { nil }
    }
}
