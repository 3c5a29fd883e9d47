import OCI
import SystemIO

/// The metadata of a chart in `Chart.yaml`, as Helm 3 reads it (`chart.Metadata` of its `pkg/chart`).
package struct ChartMetadata: Sendable {
    package let name: String
    package let version: String
    private let home: String
    private let source: String
    private let description: String
    /// The maintainers, each as `NAME (EMAIL)`.
    private let authors: [String]
    private let annotations: [String: String]
    /// The config of the chart in a registry: the JSON of Helm's struct.
    let json: GoJSON

    /// Decodes the fields. Control characters are removed, and other white space becomes spaces.
    ///
    /// - Parameters:
    ///   - chart: The fields of `Chart.yaml`.
    ///   - requirements: The fields of `requirements.yaml`, which has the dependencies of charts with `apiVersion: v1`.
    /// - Throws: ``ChartFileError`` if Helm would reject the fields.
    init(_ chart: YAMLFields, requirements: YAMLFields? = nil) throws(ChartFileError) {
        var json = GoFields()
        name = try json.addText("name", of: chart)
        home = try json.addText("home", of: chart)
        source = try json.addTexts("sources", of: chart).first ?? ""
        version = try chart.text("version")
        json.addUnlessEmpty("version", .string(version))
        description = try json.addText("description", of: chart)
        try json.addTexts("keywords", of: chart)
        (authors, json) = try Self.maintainers(of: chart, addedTo: json)
        try json.addText("icon", of: chart)
        let apiVersion = try chart.text("apiVersion")
        json.add("apiVersion", .string(apiVersion.isEmpty ? "v1" : apiVersion))
        try json.addText("condition", of: chart)
        try json.addText("tags", of: chart)
        try json.addText("appVersion", of: chart)
        json.addUnlessEmpty("deprecated", .boolean(try chart.boolean("deprecated")))
        annotations = try chart.textsByKey("annotations")
        if !annotations.isEmpty { json.add("annotations", .map(annotations.mapValues { .string($0) })) }
        try json.addText("kubeVersion", of: chart)
        let dependent = if let requirements, requirements.has("dependencies") { requirements } else { chart }
        var dependencies: [GoJSON] = []
        for fields in try dependent.fields("dependencies") { dependencies.append(try Self.dependency(fields)) }
        json.addUnlessEmpty("dependencies", .array(dependencies))
        let type = try chart.text("type")
        json.addUnlessEmpty("type", .string(type))
        self.json = .object(json.fields)
        guard !name.isEmpty else { throw ChartFileError("it has no name") }
        guard ![".", ".."].contains(name), !name.utf8.contains(UInt8(ascii: "/")) else {
            throw ChartFileError("'\(name)' is no name of a chart")
        }
        guard !version.isEmpty else { throw ChartFileError("it has no version") }
        guard ["", "application", "library"].contains(type) else {
            throw ChartFileError("its type '\(type)' is neither application nor library")
        }
    }

    private static func maintainers(
        of chart: YAMLFields,
        addedTo json: GoFields
    ) throws(ChartFileError) -> ([String], GoFields) {
        var json = json
        var authors: [String] = []
        var maintainers: [GoJSON] = []
        for fields in try chart.fields("maintainers") {
            var maintainer = GoFields()
            let name = try maintainer.addText("name", of: fields)
            let email = try maintainer.addText("email", of: fields)
            try maintainer.addText("url", of: fields)
            authors.append(name + (email.isEmpty ? "" : " (\(email))"))
            maintainers.append(.object(maintainer.fields))
        }
        json.addUnlessEmpty("maintainers", .array(maintainers))
        return (authors, json)
    }

    private static func dependency(_ dependency: YAMLFields) throws(ChartFileError) -> GoJSON {
        var json = GoFields()
        json.add("name", .string(try dependency.text("name").printable))
        try json.addText("version", of: dependency)
        json.add("repository", .string(try dependency.text("repository").printable))
        try json.addText("condition", of: dependency)
        try json.addTexts("tags", of: dependency)
        json.addUnlessEmpty("enabled", .boolean(try dependency.boolean("enabled")))
        json.addUnlessEmpty("import-values", .array(try dependency.anything("import-values")))
        json.addUnlessEmpty("export-values", .array(try dependency.anything("export-values")))
        json.addUnlessEmpty("alias", .string(try dependency.text("alias")))
        return .object(json.fields)
    }

    /// Returns the annotations of the chart's manifest, as Helm 3 creates them: those of `Chart.yaml`, and OCI's annotations of other
    /// fields. The chart can replace these except the title and the version.
    ///
    /// - Parameter created: The modification time of the chart's file, in seconds since 1970.
    func manifestAnnotations(created: Int64) -> [String: String] {
        let prefix = "org.opencontainers.image."
        let fields = [
            "description": description,
            "title": name,
            "version": version,
            "url": home,
            "created": Timestamp(seconds: created).goText,
            "source": source,
            "authors": authors.joined(separator: ", "),
        ]
        let own = fields.filter { !$0.value.allSatisfy(\.isWhitespace) }
        let fixed = [prefix + "title", prefix + "version"]
        return Dictionary(own.map { (prefix + $0.key, $0.value) }) { $1 }
            .merging(annotations.filter { !fixed.contains($0.key) }) { $1 }
    }
}

extension GoFields {
    /// Adds a text with `omitempty`, and returns it.
    @discardableResult
    fileprivate mutating func addText(_ name: String, of fields: YAMLFields) throws(ChartFileError) -> String {
        let text = try fields.text(name).printable
        addUnlessEmpty(name, .string(text))
        return text
    }

    /// Adds a list of texts with `omitempty`, and returns it.
    @discardableResult
    fileprivate mutating func addTexts(_ name: String, of fields: YAMLFields) throws(ChartFileError) -> [String] {
        let texts = try fields.texts(name).map(\.printable)
        addUnlessEmpty(name, .strings(texts))
        return texts
    }
}
