import ImageModel

/// A chart that another one needs.
struct ChartDependency: Sendable {
    let json: GoJSON

    init(_ dependency: YAMLFields) throws(ChartProblem) {
        var fields = GoFields()
        fields.add("name", .string(try dependency.text("name").printable))
        fields.addUnlessEmpty("version", .string(try dependency.text("version").printable))
        fields.add("repository", .string(try dependency.text("repository").printable))
        fields.addUnlessEmpty("condition", .string(try dependency.text("condition").printable))
        fields.addUnlessEmpty("tags", .strings(try dependency.texts("tags").map(\.printable)))
        fields.addUnlessEmpty("enabled", .boolean(try dependency.boolean("enabled")))
        fields.addUnlessEmpty("import-values", .array(try dependency.anything("import-values")))
        fields.addUnlessEmpty("export-values", .array(try dependency.anything("export-values")))
        fields.addUnlessEmpty("alias", .string(try dependency.text("alias")))
        json = .object(fields.fields)
    }
}
