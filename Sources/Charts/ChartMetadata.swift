import OCI

/// What a chart's `Chart.yaml` tells, as Helm 3 reads it (`chart.Metadata` of its `pkg/chart`).
package struct ChartMetadata: Sendable {
    package let name: String
    let home: String
    let sources: [String]
    package let version: String
    let description: String
    let keywords: [String]
    let maintainers: [ChartMaintainer]
    let icon: String
    let apiVersion: String
    let condition: String
    let tags: String
    let appVersion: String
    let deprecated: Bool
    let annotations: [String: String]
    let kubeVersion: String
    let dependencies: [ChartDependency]
    let type: String

    /// Reads the fields, without control characters, and with one kind of blank.
    ///
    /// - Parameters:
    ///   - chart: the fields of `Chart.yaml`.
    ///   - requirements: those of `requirements.yaml`, where charts of `apiVersion: v1` have their dependencies; `nil` where there
    ///     is none.
    /// - Throws: ``ChartProblem`` where Helm would refuse them.
    init(_ chart: YAMLFields, requirements: YAMLFields? = nil) throws(ChartProblem) {
        name = try chart.text("name").printable
        home = try chart.text("home").printable
        sources = try chart.texts("sources").map(\.printable)
        version = try chart.text("version")
        description = try chart.text("description").printable
        keywords = try chart.texts("keywords").map(\.printable)
        var maintainers: [ChartMaintainer] = []
        for fields in try chart.fields("maintainers") { maintainers.append(try ChartMaintainer(fields)) }
        self.maintainers = maintainers
        icon = try chart.text("icon").printable
        let apiVersion = try chart.text("apiVersion")
        self.apiVersion = apiVersion.isEmpty ? "v1" : apiVersion
        condition = try chart.text("condition").printable
        tags = try chart.text("tags").printable
        appVersion = try chart.text("appVersion").printable
        deprecated = try chart.boolean("deprecated")
        annotations = try chart.textsByKey("annotations")
        kubeVersion = try chart.text("kubeVersion").printable
        let listing = if let requirements, requirements.has("dependencies") { requirements } else { chart }
        var dependencies: [ChartDependency] = []
        for fields in try listing.fields("dependencies") { dependencies.append(try ChartDependency(fields)) }
        self.dependencies = dependencies
        type = try chart.text("type")
        guard !name.isEmpty else { throw ChartProblem("it has no name") }
        guard ![".", ".."].contains(name), !name.utf8.contains(UInt8(ascii: "/")) else {
            throw ChartProblem("'\(name)' is no name of a chart")
        }
        guard !version.isEmpty else { throw ChartProblem("it has no version") }
        guard ["", "application", "library"].contains(type) else {
            throw ChartProblem("its type '\(type)' is neither application nor library")
        }
    }

    /// As Go writes the struct: the configuration of the chart in a registry.
    var json: GoJSON {
        var fields = GoFields()
        fields.addUnlessEmpty("name", .string(name))
        fields.addUnlessEmpty("home", .string(home))
        fields.addUnlessEmpty("sources", .strings(sources))
        fields.addUnlessEmpty("version", .string(version))
        fields.addUnlessEmpty("description", .string(description))
        fields.addUnlessEmpty("keywords", .strings(keywords))
        fields.addUnlessEmpty("maintainers", .array(maintainers.map(\.json)))
        fields.addUnlessEmpty("icon", .string(icon))
        fields.addUnlessEmpty("apiVersion", .string(apiVersion))
        fields.addUnlessEmpty("condition", .string(condition))
        fields.addUnlessEmpty("tags", .string(tags))
        fields.addUnlessEmpty("appVersion", .string(appVersion))
        fields.addUnlessEmpty("deprecated", .boolean(deprecated))
        if !annotations.isEmpty { fields.add("annotations", .map(annotations.mapValues { .string($0) })) }
        fields.addUnlessEmpty("kubeVersion", .string(kubeVersion))
        fields.addUnlessEmpty("dependencies", .array(dependencies.map(\.json)))
        fields.addUnlessEmpty("type", .string(type))
        return .object(fields.fields)
    }
}

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
