import ImageModel

/// Who maintains a chart.
struct ChartMaintainer: Sendable {
    let name: String
    let email: String
    let url: String

    init(_ fields: YAMLFields) throws(ChartProblem) {
        name = try fields.text("name").printable
        email = try fields.text("email").printable
        url = try fields.text("url").printable
    }

    var json: GoJSON {
        var fields = GoFields()
        fields.addUnlessEmpty("name", .string(name))
        fields.addUnlessEmpty("email", .string(email))
        fields.addUnlessEmpty("url", .string(url))
        return .object(fields.fields)
    }
}
